package io.millrace.runtime.exchange;

/**
 * The writing end of one channel: from one subtask to one subtask that reads it.
 *
 * <p>Threads: all methods are called by the writing subtask's thread, except {@link #requestFlush}
 * and {@link #close}. No method blocks.
 */
public interface OutputChannel {

    /**
     * Appends a record. Always succeeds: a channel that is full goes into its overdraft.
     *
     * @param bytes about how many it takes on the heap; only looked at where {@link
     *     #handsObjectsOver}
     */
    void write(Object value, long timestamp, int bytes);

    /**
     * Whether the reader is given the very object that is written: whoever writes it then copies
     * what may still be changed. Always the same.
     */
    boolean handsObjectsOver();

    /** Appends an event behind all records written so far, and flushes. Needs no credit. */
    void writeEvent(StreamEvent event);

    /**
     * Lets a barrier that was written overtake what was written before it. Does nothing if the
     * barrier has gone already.
     *
     * @param into takes what it overtakes on this side of the channel; what the reader has of it,
     *     the reader keeps
     */
    void overtake(StreamEvent.Barrier barrier, InFlight into);

    /** Whether a barrier that was written still waits here behind records. */
    boolean holds(StreamEvent.Barrier barrier);

    /** Makes all that was written visible to the reader. */
    void flush();

    /** Asks for a flush from any thread, also while the writer is inside user code. */
    void requestFlush();

    /**
     * Whether the writer may take a further record. While false, the writer stops; the {@link
     * Wakeup} it gave is called when it becomes true again.
     */
    boolean isAvailable();

    /** Records and bytes (0 where nothing was serialized) written so far. */
    long recordsWritten();

    long bytesWritten();

    /**
     * Gives back all memory; idempotent, any thread. The reader of a channel without an end sees a
     * failure.
     */
    void close();
}
