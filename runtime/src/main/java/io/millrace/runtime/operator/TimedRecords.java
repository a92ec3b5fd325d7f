package io.millrace.runtime.operator;

import io.millrace.api.source.SourceOutput;

/** The output of one split, as the reader's output sees it. */
interface TimedRecords extends SourceOutput<Object> {

    /** Records that were emitted. */
    long count();

    /** The wall clock has come to the time for the next watermark. */
    void periodic();
}
