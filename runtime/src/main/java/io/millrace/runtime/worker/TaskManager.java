package io.millrace.runtime.worker;

/** The one loop that owns the subtasks of a worker. */
public final class TaskManager {

    public TaskManager(WorkerSettings settings, WorkerPorts ports) {}

    /** Handles one event. */
    public void on(WorkerEvent event) {
        throw new IllegalStateException("not there yet: " + event);
    }
}
