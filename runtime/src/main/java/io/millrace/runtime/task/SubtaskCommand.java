package io.millrace.runtime.task;

/** What others may ask of a running subtask. */
sealed interface SubtaskCommand {

    /** To end soon, without finishing. */
    record Cancel() implements SubtaskCommand {}

    /**
     * To look at what the user's functions have counted and measured.
     *
     * @param nowNanos of the clock that views are told the time by
     */
    record LookAtValues(long nowNanos) implements SubtaskCommand {}
}
