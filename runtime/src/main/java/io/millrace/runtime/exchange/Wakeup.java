package io.millrace.runtime.exchange;

/**
 * Tells a subtask that there may be something to do. Cheap, may be called by any thread, at any
 * time, in vain.
 */
@FunctionalInterface
public interface Wakeup {
    void wake();
}
