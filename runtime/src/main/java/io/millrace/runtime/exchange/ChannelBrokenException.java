package io.millrace.runtime.exchange;

/**
 * Thrown by an {@link OutputChannel} that cannot take records any more because its connection broke
 * or its reader failed; the message names both ends and the cause.
 *
 * <p>Unchecked, because it passes through user code that emits. It is the cluster's failure, not
 * the user's.
 */
public final class ChannelBrokenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ChannelBrokenException(String message) {
        super(message);
    }

    public ChannelBrokenException(String message, Throwable cause) {
        super(message, cause);
    }
}
