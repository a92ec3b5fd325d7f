package io.millrace.api.window;

/**
 * A group of the records of a key.
 *
 * <p>Shape: immutable, with {@code equals} and {@code hashCode} by value.
 */
public abstract class Window {
    /** The greatest timestamp that a record of the window can have, in milliseconds. */
    public abstract long maxTimestamp();
}
