package io.millrace.runtime.checkpoint;

import java.util.List;

/**
 * What the coordinator of one source needs to go on.
 *
 * @param uid of the source's operator
 * @param version of the serializer that wrote the enumerator's state
 * @param enumerator its state as the user's serializer wrote it
 * @param returned splits that belong to nobody, and that the enumerator did not know of yet
 */
public record CoordinatorState(String uid, int version, byte[] enumerator, List<Splits> returned) {
    public CoordinatorState {
        returned = List.copyOf(returned);
    }

    /**
     * Splits of a reader that is gone.
     *
     * @param subtask that had them
     * @param version of the split serializer that wrote them
     */
    public record Splits(int subtask, int version, List<byte[]> splits) {
        public Splits {
            splits = List.copyOf(splits);
        }
    }
}
