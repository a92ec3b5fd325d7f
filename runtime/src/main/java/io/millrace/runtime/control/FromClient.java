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
}
