package io.millrace.runtime.control;

/** What a client (the launcher, the command line) asks the application master. */
public sealed interface FromClient extends ControlMessage {

    /**
     * Chosen by the client, returned in the answer; a request repeated under its id is done once.
     */
    String request();

    /**
     * Answered with {@link ToClient.Status}.
     *
     * @param job its id, or empty for the only one
     */
    record GetStatus(String request, String job) implements FromClient {}

    /**
     * Answered with {@link ToClient.CancelReply} when the intent is on record.
     *
     * @param job its id, or empty for the only one
     */
    record CancelJob(String request, String job) implements FromClient {}

    /**
     * Answered with {@link ToClient.SavepointEnded} when the savepoint is complete, or is known to
     * have failed; the job runs on.
     *
     * @param job its id, or empty for the only one
     * @param directory below which the savepoint's folder is made; empty: where the job's
     *     configuration says
     */
    record TriggerSavepoint(String request, String job, String directory) implements FromClient {}

    /**
     * Answered with {@link ToClient.SavepointEnded}, whose path is the checkpoint's, when a
     * checkpoint that began after this is complete, or is known to have failed.
     *
     * @param job its id, or empty for the only one
     */
    record TriggerCheckpoint(String request, String job) implements FromClient {}

    /**
     * Answered with {@link ToClient.SavepointEnded} when the savepoint that the job ends with is
     * complete, or is known to have failed: the job then runs on.
     *
     * @param job its id, or empty for the only one
     * @param directory as of {@link TriggerSavepoint}
     * @param drain whether the sources end as if they had come to the end of their input
     */
    record StopJob(String request, String job, String directory, boolean drain)
            implements FromClient {}
}
