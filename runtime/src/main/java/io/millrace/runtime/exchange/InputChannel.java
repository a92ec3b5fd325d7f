package io.millrace.runtime.exchange;

/**
 * The reading end of one channel.
 *
 * <p>Threads: called by the reading subtask's thread, except {@link #close}. No method blocks.
 */
public interface InputChannel {

    /**
     * The next element in order: a {@link RecordBatch} with at least one record, a {@link
     * StreamEvent}, or null if nothing is there now; the {@link Wakeup} given at creation is called
     * when something may be there again.
     *
     * @throws ExchangeException if the channel broke: the writer failed, or the connection to it
     */
    Object poll() throws ExchangeException;

    /** Records and bytes (0 where nothing was serialized) read so far. */
    long recordsRead();

    long bytesRead();

    /** Gives back all memory; idempotent, any thread. */
    void close();
}
