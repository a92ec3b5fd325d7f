package io.millrace.runtime.master;

/**
 * That a job is to be stopped with a savepoint; on record before the first command, and taken up by
 * the next master.
 *
 * @param request of the client who asked first
 * @param directory below which the savepoint's folder is made, or empty
 * @param drain whether the sources end as if they had come to the end of their input
 */
public record StopIntent(String request, String directory, boolean drain) {}
