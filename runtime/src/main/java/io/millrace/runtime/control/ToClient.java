package io.millrace.runtime.control;

import io.millrace.runtime.master.JobStatus;

/** What the application master answers a client. */
public sealed interface ToClient extends ControlMessage {

    /** Of the request; empty where nobody asked: at each change of the job's state. */
    String request();

    record Status(String request, JobStatus status) implements ToClient {}

    /**
     * What became of a request to cancel.
     *
     * @param accepted whether the job is being cancelled now
     * @param text one sentence
     */
    record CancelReply(String request, boolean accepted, String text) implements ToClient {}

    /**
     * What became of a savepoint, or of a checkpoint that was asked for.
     *
     * @param path of its folder; empty if it failed
     * @param failure why it failed, in a sentence with what to do; empty if it is complete
     */
    record SavepointEnded(String request, String path, String failure) implements ToClient {}
}
