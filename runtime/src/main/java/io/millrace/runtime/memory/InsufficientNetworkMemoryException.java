package io.millrace.runtime.memory;

/**
 * The network memory of a worker cannot hold the least that a job needs; the message names both
 * numbers and the option to raise. A matter of configuration: trying again does not help.
 */
public final class InsufficientNetworkMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InsufficientNetworkMemoryException(String message) {
        super(message);
    }
}
