package io.millrace.runtime.memory;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * All network memory of one worker, lent to the {@link LocalBufferPool}s of its partitions and
 * gates.
 *
 * <p>Each local pool has what it requires for certain. What is left is shared evenly among those
 * that can use more, and shared anew whenever a pool comes, goes or changes what it requires.
 *
 * <p>Unit: segments of one size. Invariant: the required numbers of all local pools together, and
 * the sizes of all local pools together, never exceed the total.
 *
 * <p>Threads: any; guarded by its own lock, under which no other code is called. A local pool's
 * lock may be held when this one is taken, never the other way round.
 */
public final class NetworkBufferPool implements AutoCloseable {
    /** Segments are cut out of direct buffers of this size, made when they are first needed. */
    private static final int SLAB_BYTES = 4 << 20;

    private final int totalSegments;
    private final int segmentBytes;
    private final ArrayDeque<NetworkSegment> free = new ArrayDeque<>();
    private final List<LocalBufferPool> pools = new ArrayList<>();

    /** Closed, but not all of their segments have come back. */
    private final Set<LocalBufferPool> closing = new LinkedHashSet<>();

    /** Found nothing free although they may have more. */
    private final Set<LocalBufferPool> starving = new LinkedHashSet<>();

    private int made;
    private int lent;
    private long required;
    private boolean closed;

    /**
     * @param totalSegments at least 1
     * @param segmentBytes at least 64
     */
    public NetworkBufferPool(int totalSegments, int segmentBytes) {
        if (totalSegments < 1 || segmentBytes < 64) {
            throw new IllegalArgumentException(
                    "A network pool of "
                            + totalSegments
                            + " segments of "
                            + segmentBytes
                            + " bytes");
        }
        this.totalSegments = totalSegments;
        this.segmentBytes = segmentBytes;
    }

    /** As many segments as fit into the network memory. */
    public static NetworkBufferPool ofBytes(long networkBytes, int segmentBytes) {
        return new NetworkBufferPool(
                (int) Math.min(Integer.MAX_VALUE, networkBytes / segmentBytes), segmentBytes);
    }

    /**
     * A new local pool.
     *
     * @param name of its owner, for messages
     * @param required segments it has for certain
     * @param max segments it takes at most
     * @param onAvailable called, without any lock, when a segment may be had after {@link
     *     LocalBufferPool#request} gave none; from any thread, also in vain
     * @throws InsufficientNetworkMemoryException if the required ones are not there
     */
    public LocalBufferPool createPool(String name, int required, int max, Runnable onAvailable) {
        LocalBufferPool pool = new LocalBufferPool(this, name, segmentBytes, onAvailable);
        List<LocalBufferPool> changed;
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("The network memory is closed");
            }
            checkRequired(name, 0, required, max);
            pool.required = required;
            pool.max = max;
            this.required += required;
            pools.add(pool);
            changed = share();
        }
        settle(changed);
        return pool;
    }

    /** Changes what a pool has for certain and at most; called by the pool. */
    void resize(LocalBufferPool pool, int required, int max) {
        List<LocalBufferPool> changed;
        synchronized (this) {
            if (!pools.contains(pool)) {
                return;
            }
            checkRequired(pool.name(), pool.required, required, max);
            this.required += required - pool.required;
            pool.required = required;
            pool.max = max;
            changed = share();
        }
        settle(changed);
    }

    private void checkRequired(String name, int before, int now, int max) {
        if (now < 0 || max < now) {
            throw new IllegalArgumentException(
                    "Pool of " + name + " with " + now + " required and at most " + max);
        }
        long need = required - before + now;
        if (need > totalSegments) {
            throw new InsufficientNetworkMemoryException(
                    "Network memory of "
                            + SegmentDemand.size((long) totalSegments * segmentBytes)
                            + " holds "
                            + totalSegments
                            + " buffers of "
                            + SegmentDemand.size(segmentBytes)
                            + "; "
                            + pools.size()
                            + " partitions and gates need "
                            + (required - before)
                            + " and "
                            + name
                            + " needs "
                            + now
                            + ": set taskmanager.memory.network.min to "
                            + SegmentDemand.mebibytes(need * segmentBytes)
                            + " MiB or more.");
        }
    }

    /** Sets the sizes of all pools anew; those that changed must be {@link #settle settled}. */
    private List<LocalBufferPool> share() {
        List<LocalBufferPool> byHeadroom = new ArrayList<>(pools);
        byHeadroom.sort(Comparator.comparingInt(p -> p.max - p.required));
        long spare = totalSegments - required;
        List<LocalBufferPool> changed = new ArrayList<>();
        for (int i = 0; i < byHeadroom.size(); i++) {
            LocalBufferPool pool = byHeadroom.get(i);
            // those with the least headroom come first, so that what they cannot use goes to others
            long part = Math.min(spare / (byHeadroom.size() - i), pool.max - pool.required);
            spare -= part;
            int size = (int) (pool.required + part);
            if (pool.size != size) {
                pool.size = size;
                changed.add(pool);
            }
        }
        return changed;
    }

    /** Pools that became smaller give back, those that became larger look for more. */
    private static void settle(List<LocalBufferPool> changed) {
        for (LocalBufferPool pool : changed) {
            pool.giveBackSurplus();
        }
        for (LocalBufferPool pool : changed) {
            pool.replenish();
        }
    }

    /** A free segment, or null; in that case the pool is called again when there is one. */
    NetworkSegment take(LocalBufferPool pool) {
        NetworkSegment segment;
        synchronized (this) {
            segment = free.poll();
            if (segment == null && made < totalSegments && !closed) {
                makeSlab();
                segment = free.poll();
            }
            if (segment == null) {
                starving.add(pool);
                return null;
            }
            lent++;
        }
        segment.owner = pool;
        return segment;
    }

    private void makeSlab() {
        int count = Math.min(totalSegments - made, Math.max(1, SLAB_BYTES / segmentBytes));
        ByteBuffer slab;
        try {
            slab = ByteBuffer.allocateDirect(count * segmentBytes);
        } catch (OutOfMemoryError e) {
            throw new IllegalStateException(
                    "Network memory of "
                            + SegmentDemand.size((long) totalSegments * segmentBytes)
                            + " does not fit into the process's direct memory; "
                            + SegmentDemand.size((long) made * segmentBytes)
                            + " are in use. Somebody else uses it too: raise"
                            + " taskmanager.memory.task.off-heap.size",
                    e);
        }
        for (int i = 0; i < count; i++) {
            free.add(NetworkSegment.pooled(slab.slice(i * segmentBytes, segmentBytes)));
        }
        made += count;
    }

    void giveBack(List<NetworkSegment> segments) {
        List<LocalBufferPool> hungry = List.of();
        synchronized (this) {
            for (NetworkSegment segment : segments) {
                segment.owner = null;
                free.addFirst(segment);
            }
            lent -= segments.size();
            if (!starving.isEmpty()) {
                hungry = new ArrayList<>(starving);
                starving.clear();
            }
        }
        for (LocalBufferPool pool : hungry) {
            pool.replenish();
        }
    }

    /** The pool needs no share any more; called by the pool. */
    void removed(LocalBufferPool pool, int outstanding) {
        List<LocalBufferPool> changed;
        synchronized (this) {
            if (!pools.remove(pool)) {
                return;
            }
            required -= pool.required;
            starving.remove(pool);
            if (outstanding > 0) {
                closing.add(pool);
            }
            changed = share();
        }
        settle(changed);
    }

    /** The last segment of a closed pool came back. */
    void drained(LocalBufferPool pool) {
        synchronized (this) {
            closing.remove(pool);
        }
    }

    public int totalSegments() {
        return totalSegments;
    }

    public int segmentBytes() {
        return segmentBytes;
    }

    /** Segments that no local pool has. */
    public synchronized int freeSegments() {
        return totalSegments - lent;
    }

    /** The sum of what the local pools require. */
    public synchronized long requiredSegments() {
        return required;
    }

    public synchronized int localPools() {
        return pools.size();
    }

    /**
     * Ends the use of the memory; idempotent.
     *
     * @throws IllegalStateException if segments are still out, naming who has them
     */
    @Override
    public void close() {
        List<LocalBufferPool> owners;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            free.clear();
            owners = new ArrayList<>(pools);
            owners.addAll(closing);
        }
        StringBuilder leaks = new StringBuilder();
        int sum = 0;
        for (LocalBufferPool pool : owners) {
            int outstanding = pool.outstandingSegments();
            if (outstanding > 0) {
                sum += outstanding;
                leaks.append(leaks.length() == 0 ? "" : ", ")
                        .append(pool.name())
                        .append(": ")
                        .append(outstanding);
            }
        }
        if (sum > 0) {
            throw new IllegalStateException(
                    "Network memory was closed while "
                            + sum
                            + " of "
                            + totalSegments
                            + " segments were not given back ("
                            + leaks
                            + ")");
        }
    }

    @Override
    public synchronized String toString() {
        return "NetworkBufferPool(total="
                + totalSegments
                + ", lent="
                + lent
                + ", required="
                + required
                + ", pools="
                + pools.size()
                + ")";
    }
}
