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
     * when something may be there again. A barrier that has overtaken records where they were
     * written comes as an {@link InputGate.OvertakingBarrier}, and again until it is taken.
     *
     * @throws ExchangeException if the channel broke: the writer failed, or the connection to it
     */
    Object poll() throws ExchangeException;

    /**
     * Whether it is left unread for the sake of a barrier: meanwhile it takes no more of what it
     * shares with other channels.
     */
    void setBlocked(boolean blocked);

    /**
     * Hands out what lies before a barrier that has come and was not read yet, and keeps it: it is
     * read later. One that had overtaken is not read any more.
     *
     * @throws ExchangeException if the channel broke
     */
    void takeBarrier(long checkpointId, InFlight into) throws ExchangeException;

    /** A barrier that had overtaken is not read any more, if it is still there. */
    void dropBarrier(long checkpointId);

    /** Records and bytes (0 where nothing was serialized) read so far. */
    long recordsRead();

    long bytesRead();

    /** Gives back all memory; idempotent, any thread. */
    void close();
}
