package io.millrace.runtime.network;

import io.millrace.runtime.memory.LocalBufferPool;
import io.millrace.runtime.memory.NetworkBufferPool;
import io.millrace.runtime.memory.SegmentDemand;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.serializer.RecordOutput;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What the remote channels of one subtask and one edge share where they are written: their segments
 * and the bytes in which a record is serialized.
 *
 * <p>Threads: {@link #scratch} is the writing subtask's; channels are added and removed under the
 * lock of {@link RemoteChannels}.
 */
final class PartitionSegments {

    /** Whose partition it is. */
    record Key(AttemptId writer, int edge) {}

    final Key key;
    final LocalBufferPool pool;
    final RecordOutput scratch = new RecordOutput(512);
    private final List<RemoteOutputChannel> channels = new CopyOnWriteArrayList<>();
    private int count;

    PartitionSegments(Key key, NetworkBufferPool global) {
        this.key = key;
        this.pool =
                global.createPool(
                        "partition of " + key.writer() + " on edge " + key.edge(),
                        SegmentDemand.partitionMinimum(1),
                        SegmentDemand.partitionMaximum(1),
                        this::onAvailable);
    }

    /** Makes room for one more channel. */
    void reserve() {
        if (count > 0) {
            resize(count + 1);
        }
        count++;
    }

    void add(RemoteOutputChannel channel) {
        channels.add(channel);
    }

    /** Returns whether it was the last one, and the pool is closed. */
    boolean remove(RemoteOutputChannel channel) {
        if (!channels.remove(channel)) {
            return false;
        }
        count--;
        if (count == 0) {
            pool.close();
            return true;
        }
        resize(count);
        return false;
    }

    private void resize(int readers) {
        pool.resize(
                SegmentDemand.partitionMinimum(readers), SegmentDemand.partitionMaximum(readers));
    }

    private void onAvailable() {
        for (RemoteOutputChannel channel : channels) {
            channel.wakeWriter();
        }
    }
}
