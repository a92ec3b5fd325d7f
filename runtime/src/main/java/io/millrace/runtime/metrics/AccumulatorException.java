package io.millrace.runtime.metrics;

/** The accumulators of a subtask cannot be reported as they are; the message says why. */
public final class AccumulatorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean tooLarge;

    private AccumulatorException(String message, boolean tooLarge, Throwable cause) {
        super(message, cause);
        this.tooLarge = tooLarge;
    }

    static AccumulatorException tooLarge(String message) {
        return new AccumulatorException(message, true, null);
    }

    static AccumulatorException unwritable(String message, Throwable cause) {
        return new AccumulatorException(message, false, cause);
    }

    /** Whether a limit was exceeded, and not the user's code at fault. */
    public boolean isTooLarge() {
        return tooLarge;
    }
}
