package io.millrace.runtime.coordinate;

import java.util.List;

/**
 * What a coordinator tells a reader.
 *
 * <p>Invariant: sequence numbers ascend from 1 in each attempt of the reader; what comes with a
 * number that is not above the last one has come before.
 */
public sealed interface ToReader {

    /**
     * Further splits.
     *
     * @param answers number of the reader's request that these answer, and all before it; 0 if they
     *     were given unasked, or nobody can tell
     * @param version of the split serializer that wrote them
     */
    record AddSplits(long sequence, long answers, int version, List<byte[]> splits)
            implements ToReader {
        public AddSplits {
            splits = List.copyOf(splits);
        }
    }

    /** No further splits come: whatever the reader has asked for is answered. */
    record NoMoreSplits(long sequence) implements ToReader {}

    /** Something of the user's, serialized. */
    record Event(long sequence, byte[] event) implements ToReader {}

    /**
     * How far the event time of the reader may go; what is further ahead rests. The last one that
     * came counts: it has no number, and is told again and again.
     */
    record AlignTo(long maxWatermarkMillis) implements ToReader {}

    /** All events of the reader up to this one are on record and need not be told again. */
    record Heard(long upTo) implements ToReader {}
}
