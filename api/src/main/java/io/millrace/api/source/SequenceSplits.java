package io.millrace.api.source;

import io.millrace.api.type.SimpleVersionedSerializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Cuts ranges of numbers into splits, and writes these.
 *
 * <p>A range is cut into more splits than it has readers, each of every so many-th number: so it
 * can be divided anew among any number of readers, wherever the splits stand.
 *
 * <p>Format of a split: part, 4 bytes | next, 8 | last, 8 | step, 8; big-endian. Of several: one
 * after the other.
 */
final class SequenceSplits {
    /** As many subtasks at least can share a sequence. */
    private static final int LEAST_SPLITS = 128;

    private static final int VERSION = 1;
    private static final int BYTES = Integer.BYTES + 3 * Long.BYTES;

    private SequenceSplits() {}

    /** Splits of all numbers from one to another, the same number of them for each reader. */
    static List<SequenceSplit> of(long from, long to, int parallelism) {
        int each = (LEAST_SPLITS + parallelism - 1) / parallelism;
        int count = each * parallelism;
        List<SequenceSplit> splits = new ArrayList<>();
        for (int part = 0; part < count; part++) {
            if (Long.compareUnsigned(part, to - from) <= 0) {
                splits.add(new SequenceSplit(part, from + part, to, count));
            }
        }
        return splits;
    }

    static final SimpleVersionedSerializer<SequenceSplit> ONE = new One();

    static final SimpleVersionedSerializer<Collection<SequenceSplit>> SEVERAL = new Several();

    private static void write(SequenceSplit split, ByteBuffer to) {
        to.putInt(split.part()).putLong(split.next()).putLong(split.last()).putLong(split.step());
    }

    private static SequenceSplit read(ByteBuffer from) {
        return new SequenceSplit(from.getInt(), from.getLong(), from.getLong(), from.getLong());
    }

    private static void check(int version, int length) throws IOException {
        if (version != VERSION || length % BYTES != 0) {
            throw new IOException(
                    "A split of a sequence of "
                            + length
                            + " bytes in version "
                            + version
                            + "; this build reads version "
                            + VERSION);
        }
    }

    private static final class One implements SimpleVersionedSerializer<SequenceSplit> {
        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(SequenceSplit split) {
            ByteBuffer bytes = ByteBuffer.allocate(BYTES);
            write(split, bytes);
            return bytes.array();
        }

        @Override
        public SequenceSplit deserialize(int version, byte[] serialized) throws IOException {
            check(version, serialized.length);
            return read(ByteBuffer.wrap(serialized));
        }
    }

    private static final class Several
            implements SimpleVersionedSerializer<Collection<SequenceSplit>> {
        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(Collection<SequenceSplit> splits) {
            ByteBuffer bytes = ByteBuffer.allocate(splits.size() * BYTES);
            splits.forEach(split -> write(split, bytes));
            return bytes.array();
        }

        @Override
        public Collection<SequenceSplit> deserialize(int version, byte[] serialized)
                throws IOException {
            check(version, serialized.length);
            ByteBuffer bytes = ByteBuffer.wrap(serialized);
            List<SequenceSplit> splits = new ArrayList<>();
            while (bytes.hasRemaining()) {
                splits.add(read(bytes));
            }
            return splits;
        }
    }
}
