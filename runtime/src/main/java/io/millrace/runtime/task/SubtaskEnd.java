package io.millrace.runtime.task;

import io.millrace.runtime.control.Failure;

/** How an attempt ended. */
public sealed interface SubtaskEnd {

    /** All input was read and all output was handed over. */
    record Finished() implements SubtaskEnd {}

    /** It was asked to end. */
    record Canceled() implements SubtaskEnd {}

    /** It failed. */
    record Failed(Failure failure) implements SubtaskEnd {}
}
