package io.millrace.runtime.exchange;

/**
 * Takes what lies in a channel before a barrier, in its order.
 *
 * <p>Threads: called by a thread that owns one end of the channel; keeps nothing that it is given.
 */
public interface InFlight {

    /** Records as objects. */
    void records(RecordBatch batch);

    /** Whole records as they travel between workers, each behind its {@link RecordHead}. */
    void records(byte[] bytes, int from, int to);

    void event(StreamEvent event);
}
