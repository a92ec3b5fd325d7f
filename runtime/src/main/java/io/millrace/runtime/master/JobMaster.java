package io.millrace.runtime.master;

/** The one loop that owns a job. */
public final class JobMaster {

    public JobMaster(MasterSettings settings, MasterPorts ports) {}

    /** Handles one event. */
    public void on(MasterEvent event) {
        throw new IllegalStateException("not there yet: " + event);
    }

    /** What can be said about the job now. */
    public JobStatus status() {
        throw new IllegalStateException("not there yet");
    }
}
