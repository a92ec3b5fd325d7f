package io.millrace.runtime.exchange;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that may lie in all local channels of one input gate together.
 *
 * <p>A channel that holds nothing may always take something: were it to wait for room that others
 * have taken, and these for a barrier that only comes behind its records, nobody would ever go on.
 * So one record for each channel may come on top, and what single records overdraw.
 *
 * <p>Unit: bytes as estimated by {@link RecordSize}. Batches are counted when they are closed; open
 * ones are kept so small that all of them together take a quarter of the limit at the most, which
 * is not given to closed ones.
 *
 * <p>Threads: any.
 */
public final class GateBudget {
    /** Of the task heap, for each subtask that reads what others of its worker write. */
    public static final long BYTES = 4 << 20;

    /** An open batch takes no more, so that a hand-over costs little and a cache holds it. */
    private static final int MAX_BATCH_BYTES = 128 << 10;

    private final long limitBytes;
    private final AtomicLong closedBytes = new AtomicLong();
    private final List<Wakeup> writers = new CopyOnWriteArrayList<>();
    private volatile int batchBytes;

    /**
     * @param limitBytes at least 1
     */
    public GateBudget(long limitBytes) {
        if (limitBytes < 1) {
            throw new IllegalArgumentException("a budget of " + limitBytes + " bytes");
        }
        this.limitBytes = limitBytes;
        this.batchBytes = batchBytes(1);
    }

    private int batchBytes(int channels) {
        return (int) Math.max(1, Math.min(MAX_BATCH_BYTES, limitBytes / 4 / channels));
    }

    /**
     * One channel more.
     *
     * @param writer wakes its writer if that waits for room
     */
    void join(Wakeup writer) {
        writers.add(writer);
        batchBytes = batchBytes(writers.size());
    }

    /** Bytes that a batch may have now, but for a single record of more. */
    int batchBytes() {
        return batchBytes;
    }

    /** Whether a record is so large that no other is to be in its batch. */
    boolean travelsAlone(int recordBytes) {
        return recordBytes > limitBytes / 4;
    }

    /** Whether channels that hold something already may take more. */
    boolean hasRoom() {
        return closedBytes.get() < limitBytes - limitBytes / 4;
    }

    /** A batch was closed. */
    void take(long bytes) {
        closedBytes.addAndGet(bytes);
    }

    /** A batch was read: there is room for the writers that wait for it. */
    void giveBack(long bytes) {
        long limit = limitBytes - limitBytes / 4;
        long before = closedBytes.getAndAdd(-bytes);
        if (before >= limit && before - bytes < limit) {
            for (Wakeup writer : writers) {
                writer.wake();
            }
        }
    }

    /** Bytes in closed batches that were not read to their end. */
    long closedBytes() {
        return closedBytes.get();
    }
}
