package io.millrace.runtime.exchange;

/**
 * Tells a subtask that there may be something to do. Cheap, may be called by any thread, at any
 * time, in vain.
 */
@FunctionalInterface
public interface Wakeup {
    void wake();

    /**
     * A barrier has come to the reading end of a channel, maybe behind records that were not read
     * yet. Whoever does not listen finds it in its place all the same.
     */
    default void received(StreamEvent.Barrier barrier, BarrierOrder order) {}
}
