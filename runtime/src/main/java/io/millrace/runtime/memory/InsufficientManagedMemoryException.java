package io.millrace.runtime.memory;

/** Managed memory is used up; the message has who wants how much, and the options to set. */
public final class InsufficientManagedMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InsufficientManagedMemoryException(String message) {
        super(message);
    }
}
