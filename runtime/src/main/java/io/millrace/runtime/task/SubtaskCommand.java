package io.millrace.runtime.task;

/** What others may ask of a running subtask. */
sealed interface SubtaskCommand {

    /** To end soon, without finishing. */
    record Cancel() implements SubtaskCommand {}

    /** To look whether a time has come that an operator waits for. */
    record TimerDue() implements SubtaskCommand {}
}
