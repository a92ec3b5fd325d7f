package io.millrace.runtime.operator;

/** The output of a reader, as its source sees it. */
interface SourceRecords {

    void open();

    /** Records that were emitted. */
    long count();

    /** As {@link Operator#processingTime}. */
    void processingTime(long nowMillis);
}
