package io.millrace.api.source;

/** Takes the records of a reader; those of splits whose event time differs one by one. */
public interface ReaderOutput<T> extends SourceOutput<T> {

    /**
     * An output for one split, with watermarks of its own: those of the reader are the least of all
     * its splits that are not idle. The same one if there is one already.
     */
    SourceOutput<T> createOutputForSplit(String splitId);

    /** A split has ended and no longer holds the watermarks back. */
    void releaseOutputForSplit(String splitId);
}
