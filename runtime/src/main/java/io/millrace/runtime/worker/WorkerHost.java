package io.millrace.runtime.worker;

/**
 * The process around a task manager.
 *
 * <p>Threads: called by the worker's loop.
 */
@FunctionalInterface
public interface WorkerHost {

    /** No task runs any more; the worker ends. The last call. */
    void left(String reason);
}
