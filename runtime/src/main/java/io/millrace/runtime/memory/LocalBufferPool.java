package io.millrace.runtime.memory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The network segments of one partition or one gate.
 *
 * <p>Unit: segments. Invariant: {@code held = outstanding + free}, and {@code held <= size} except
 * while segments that were lent before the pool was made smaller have not come back.
 *
 * <p>Threads: any; guarded by its own lock. {@link #isAvailable} is one volatile read.
 */
public final class LocalBufferPool implements AutoCloseable {
    private final NetworkBufferPool global;
    private final String name;
    private final int segmentBytes;
    private final Runnable onAvailable;

    /** What it has for certain, and at most; guarded by the global pool. */
    int required;

    int max;

    /** How many it may hold now; written under the global pool's lock. */
    volatile int size;

    private final ArrayDeque<NetworkSegment> free = new ArrayDeque<>();
    private int outstanding;
    private boolean closed;
    private long overdrafts;

    /** Nothing to be had: whoever waits is called when that changes. */
    private volatile boolean exhausted;

    LocalBufferPool(NetworkBufferPool global, String name, int segmentBytes, Runnable onAvailable) {
        this.global = global;
        this.name = name;
        this.segmentBytes = segmentBytes;
        this.onAvailable = onAvailable;
    }

    /**
     * A segment, or null if there is none now; then {@code onAvailable} is called when there is one
     * again. Null after {@link #close}.
     */
    public NetworkSegment request() {
        synchronized (this) {
            if (closed) {
                return null;
            }
            fill();
            NetworkSegment segment = free.poll();
            if (segment != null) {
                segment.free = false;
                outstanding++;
                // look ahead: isAvailable must tell whether there will be another one
                fill();
            }
            exhausted = free.isEmpty();
            return segment;
        }
    }

    /**
     * A segment in any case: if there is none it is made on the heap and belongs to nobody. For
     * those who must not wait, within a bound of their own.
     */
    public NetworkSegment requestOrOverdraft() {
        NetworkSegment segment = request();
        if (segment != null) {
            return segment;
        }
        synchronized (this) {
            overdrafts++;
        }
        return NetworkSegment.overdraft(segmentBytes);
    }

    /**
     * Whether {@link #request} would give a segment; if not, {@code onAvailable} will be called.
     */
    public boolean isAvailable() {
        return !exhausted;
    }

    private void fill() {
        if (free.isEmpty() && outstanding < size) {
            NetworkSegment segment = global.take(this);
            if (segment != null) {
                segment.free = true;
                free.add(segment);
            }
        }
    }

    void recycle(NetworkSegment segment) {
        boolean wake = false;
        boolean drained = false;
        List<NetworkSegment> back = List.of();
        synchronized (this) {
            if (segment.free || segment.owner != this) {
                throw new IllegalStateException("A segment of " + name + " was recycled twice");
            }
            outstanding--;
            segment.free = true;
            if (closed || outstanding + free.size() >= size) {
                back = List.of(segment);
                drained = closed && outstanding == 0;
            } else {
                free.add(segment);
                wake = exhausted;
                exhausted = false;
            }
        }
        if (!back.isEmpty()) {
            global.giveBack(back);
        }
        if (drained) {
            global.drained(this);
        }
        if (wake) {
            onAvailable.run();
        }
    }

    /** Gives free segments over the size back to the global pool. */
    void giveBackSurplus() {
        List<NetworkSegment> back = new ArrayList<>();
        synchronized (this) {
            while (!free.isEmpty() && outstanding + free.size() > size) {
                back.add(free.poll());
            }
        }
        if (!back.isEmpty()) {
            global.giveBack(back);
        }
    }

    /** Somebody waits and there may be something: looks, and wakes. */
    void replenish() {
        synchronized (this) {
            if (closed || !exhausted) {
                return;
            }
            fill();
            if (free.isEmpty()) {
                return;
            }
            exhausted = false;
        }
        onAvailable.run();
    }

    /**
     * Changes what the pool has for certain and at most.
     *
     * @throws InsufficientNetworkMemoryException if the required ones are not there; nothing
     *     changed
     */
    public void resize(int required, int max) {
        global.resize(this, required, max);
    }

    public String name() {
        return name;
    }

    /** How many segments the pool may hold now. */
    public int size() {
        return size;
    }

    public int segmentBytes() {
        return segmentBytes;
    }

    /** Segments that were requested and not recycled, without those of the overdraft. */
    public synchronized int outstandingSegments() {
        return outstanding;
    }

    /** Segments held back for the next request. */
    public synchronized int freeSegments() {
        return free.size();
    }

    /** How often a segment was made on the heap. */
    public synchronized long overdrafts() {
        return overdrafts;
    }

    /**
     * Gives the share up; idempotent. Segments that are still out go to the global pool when they
     * are recycled.
     */
    @Override
    public void close() {
        List<NetworkSegment> back;
        int left;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            exhausted = true;
            back = new ArrayList<>(free);
            free.clear();
            left = outstanding;
        }
        if (!back.isEmpty()) {
            global.giveBack(back);
        }
        global.removed(this, left);
        if (left > 0 && outstandingSegments() == 0) {
            // the last one came back before the global pool knew that it had to wait for it
            global.drained(this);
        }
    }

    @Override
    public synchronized String toString() {
        return name
                + "(size="
                + size
                + ", outstanding="
                + outstanding
                + ", free="
                + free.size()
                + ")";
    }
}
