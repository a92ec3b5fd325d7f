package io.millrace.runtime.network;

import io.millrace.runtime.memory.NetworkSegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A segment that one thread fills while another may already send what was published of it.
 *
 * <p>Invariant: bytes below the published number never change.
 *
 * <p>Threads: {@link #append}, {@link #publish} and {@link #finish} are the filler's; {@link #sent}
 * is guarded by the channel's lock; the rest any.
 */
final class FillingSegment {
    private static final VarHandle MARK;
    private static final int FINISHED = 1 << 31;

    static {
        try {
            MARK = MethodHandles.lookup().findVarHandle(FillingSegment.class, "mark", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final NetworkSegment segment;
    private int written;

    /** Bytes published, and the highest bit if there will be no more. */
    @SuppressWarnings("unused") // by its handle
    private int mark;

    /** Bytes that were sent. */
    int sent;

    /**
     * Bytes it begins with that belong to a record of earlier segments; more than it holds if that
     * record ends in a later one.
     */
    final int restOfRecord;

    FillingSegment(NetworkSegment segment, int restOfRecord) {
        this.segment = segment;
        this.restOfRecord = restOfRecord;
    }

    /** Takes as many bytes as fit; returns how many. */
    int append(byte[] from, int offset, int count) {
        int fits = Math.min(count, segment.size() - written);
        segment.put(written, from, offset, fits);
        written += fits;
        return fits;
    }

    boolean isFull() {
        return written == segment.size();
    }

    void publish() {
        MARK.setRelease(this, written);
    }

    void finish() {
        MARK.setRelease(this, written | FINISHED);
    }

    int mark() {
        return (int) MARK.getAcquire(this);
    }

    boolean isFinished() {
        return isFinished(mark());
    }

    boolean hasUnsent() {
        return published(mark()) > sent;
    }

    /** Bytes published and not sent. */
    int unsent() {
        return published(mark()) - sent;
    }

    /** Copies what is published and not sent; returns how many bytes that is. */
    int copyUnsent(byte[] to, int at) {
        int count = unsent();
        segment.get(sent, to, at, count);
        return count;
    }

    static boolean isFinished(int mark) {
        return mark < 0;
    }

    static int published(int mark) {
        return mark & ~FINISHED;
    }
}
