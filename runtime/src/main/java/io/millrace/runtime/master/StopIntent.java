package io.millrace.runtime.master;

/**
 * That a job is to be stopped with a savepoint; on record before the first command, and taken up by
 * the next master. The newest one on record counts: each has a number of its own, so that a call
 * that is executed late can neither remove a newer one nor bring back what was withdrawn.
 *
 * @param request of the client who asked first; empty if the wish before it is withdrawn
 * @param directory below which the savepoint's folder is made, or empty
 * @param drain whether the sources end as if they had come to the end of their input
 */
public record StopIntent(String request, String directory, boolean drain) {

    /** The job is not to be stopped, whatever was wished before. */
    static final StopIntent WITHDRAWN = new StopIntent("", "", false);

    boolean isWithdrawn() {
        return request.isEmpty();
    }
}
