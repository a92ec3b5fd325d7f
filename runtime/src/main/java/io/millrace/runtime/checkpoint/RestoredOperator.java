package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.state.SnapshotInput;
import java.io.IOException;
import java.util.List;

/**
 * What one operator of one subtask begins with.
 *
 * <p>Threads: the subtask's, before the operator is opened; reading blocks.
 */
public final class RestoredOperator {
    private final long checkpointId;
    private final boolean known;
    private final List<Slice> slices;
    private final StateReader reader;

    /**
     * @param reader of the files; null if nothing is restored
     */
    public RestoredOperator(RestoredState restored, String uid, StateReader reader) {
        this.checkpointId = restored.checkpointId();
        this.known = restored.knows(uid);
        this.slices = restored.slices(uid);
        this.reader = reader;
    }

    /** Whether the job begins from a checkpoint, even if the operator has nothing in it. */
    public boolean isRestored() {
        return checkpointId != 0;
    }

    /**
     * Whether the operator was there when the checkpoint was taken; one that came into the program
     * later begins at its beginning.
     */
    public boolean isKnown() {
        return known;
    }

    /** Of the checkpoint; 0 if there is none. */
    public long checkpointId() {
        return checkpointId;
    }

    /** What it has of lists of any kind. */
    public List<Slice> lists() {
        return slices.stream()
                .filter(slice -> slice.part().kind() != Kind.KEYED)
                .filter(slice -> slice.part().kind() != Kind.WATERMARK)
                .toList();
    }

    /** What it has of keyed state: its own key groups, in parts of former subtasks. */
    public List<Slice> keyed() {
        return slices.stream().filter(slice -> slice.part().kind() == Kind.KEYED).toList();
    }

    /** What event time had reached for its own key groups, as far as it is known. */
    public List<Slice> watermarks() {
        return slices.stream().filter(slice -> slice.part().kind() == Kind.WATERMARK).toList();
    }

    public List<byte[]> elements(Slice list) throws IOException {
        return reader.elements(list);
    }

    public SnapshotInput input(Slice keyed) {
        return reader.input(keyed);
    }
}
