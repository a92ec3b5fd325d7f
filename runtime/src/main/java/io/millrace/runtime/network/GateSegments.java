package io.millrace.runtime.network;

import io.millrace.runtime.memory.LocalBufferPool;
import io.millrace.runtime.memory.NetworkBufferPool;
import io.millrace.runtime.memory.NetworkSegment;
import io.millrace.runtime.memory.SegmentDemand;
import io.millrace.runtime.schedule.AttemptId;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the remote channels of one subtask and one edge share where they are read: segments that
 * float to those whose writers have the most waiting.
 *
 * <p>Threads: {@link #reserve} and {@link #remove} under the lock of {@link RemoteChannels}; the
 * rest any, guarded by its own lock. A channel's lock may be held when this one is taken, never the
 * other way round.
 */
final class GateSegments {

    /** Whose gate it is. */
    record Key(AttemptId reader, int edge) {}

    final Key key;
    final LocalBufferPool pool;
    private final int exclusive;
    private final int floating;
    private final Set<RemoteInputChannel> waiting = new LinkedHashSet<>();
    private int count;

    GateSegments(Key key, NetworkBufferPool global, int exclusive, int floating) {
        this.key = key;
        this.exclusive = exclusive;
        this.floating = floating;
        this.pool =
                global.createPool(
                        "gate of " + key.reader() + " on edge " + key.edge(),
                        SegmentDemand.gateMinimum(1, exclusive, floating),
                        SegmentDemand.gateMaximum(1, exclusive, floating),
                        this::lend);
    }

    /** Makes room for one more channel. */
    void reserve() {
        if (count > 0) {
            resize(count + 1);
        }
        count++;
    }

    /** Returns whether it was the last one, and the pool is closed. */
    boolean remove() {
        count--;
        if (count == 0) {
            pool.close();
            return true;
        }
        resize(count);
        return false;
    }

    private void resize(int channels) {
        pool.resize(
                SegmentDemand.gateMinimum(channels, exclusive, floating),
                SegmentDemand.gateMaximum(channels, exclusive, floating));
    }

    /** A segment for a channel, or null: then the channel is called when there is one. */
    synchronized NetworkSegment requestFloating(RemoteInputChannel channel) {
        NetworkSegment segment = pool.request();
        if (segment == null) {
            waiting.add(channel);
        }
        return segment;
    }

    synchronized void forget(RemoteInputChannel channel) {
        waiting.remove(channel);
    }

    /** Lets those who wait look again, first come, first served. */
    private void lend() {
        while (true) {
            RemoteInputChannel first;
            synchronized (this) {
                Iterator<RemoteInputChannel> all = waiting.iterator();
                if (!all.hasNext() || !pool.isAvailable()) {
                    return;
                }
                first = all.next();
                all.remove();
            }
            // waits again if it still wants more when there is nothing left
            first.borrow();
        }
    }
}
