package io.millrace.runtime.task;

/** What others may ask of a running subtask. */
sealed interface SubtaskCommand {

    /** To end soon, without finishing. */
    record Cancel() implements SubtaskCommand {}
}
