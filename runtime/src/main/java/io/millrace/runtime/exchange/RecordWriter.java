package io.millrace.runtime.exchange;

/**
 * Writes the records of one edge: chooses the channel of each and copies what has to be copied.
 *
 * <p>Each edge of the plan has a class of its own that implements this, so that what is called for
 * each record is known to the JIT compiler: the key selector, the hash, the copy.
 *
 * <p>Threads: owned by the writing subtask.
 */
public interface RecordWriter {

    /**
     * @throws Exception what a key selector or partitioner of the user's throws
     */
    void write(Object value, long timestamp) throws Exception;

    /** The edge that the records go to. */
    EdgeWriter edge();
}
