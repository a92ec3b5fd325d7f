package io.millrace.runtime.memory;

import java.nio.ByteBuffer;

/**
 * A fixed number of bytes that records travel in.
 *
 * <p>Shape: owned by whoever requested it until {@link #recycle}, which is called exactly once and
 * may be called by any thread. The positions of the buffer mean nothing: all access is by place, so
 * that one thread may read what another has published while it writes on.
 */
public final class NetworkSegment {
    private final ByteBuffer bytes;
    private final boolean overdraft;

    /** Who lent it; null while it is in the global pool, and for one from the overdraft. */
    LocalBufferPool owner;

    /** Whether it lies in a pool; guarded by that pool. */
    boolean free;

    private NetworkSegment(ByteBuffer bytes, boolean overdraft) {
        this.bytes = bytes;
        this.overdraft = overdraft;
    }

    /** One of a pool. */
    static NetworkSegment pooled(ByteBuffer bytes) {
        return new NetworkSegment(bytes, false);
    }

    /** One that belongs to no pool and is left to the garbage collector. */
    static NetworkSegment overdraft(int bytes) {
        return new NetworkSegment(ByteBuffer.allocate(bytes), true);
    }

    /** Capacity in bytes. */
    public int size() {
        return bytes.capacity();
    }

    /** Copies {@code count} bytes into the segment. */
    public void put(int at, byte[] from, int offset, int count) {
        bytes.put(at, from, offset, count);
    }

    /** Copies {@code count} bytes out of the segment. */
    public void get(int at, byte[] to, int offset, int count) {
        bytes.get(at, to, offset, count);
    }

    /** Copies all that remains of {@code from} into the segment; {@code from} is used up. */
    public void put(int at, ByteBuffer from) {
        int count = from.remaining();
        bytes.put(at, from, from.position(), count);
        from.position(from.limit());
    }

    /** A view of a range, with positions of its own. */
    public ByteBuffer slice(int at, int count) {
        return bytes.slice(at, count);
    }

    /** Whether it was made on the heap because its pool had none. */
    public boolean isOverdraft() {
        return overdraft;
    }

    /**
     * Gives the segment back.
     *
     * @throws IllegalStateException if it was given back before
     */
    public void recycle() {
        if (overdraft) {
            return;
        }
        LocalBufferPool lender = owner;
        if (lender == null) {
            throw new IllegalStateException("A network segment was recycled twice");
        }
        lender.recycle(this);
    }
}
