package io.millrace.runtime.operator;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.PartWriter;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.SnapshotKind;
import io.millrace.runtime.state.StateSnapshot;
import java.io.IOException;
import java.util.List;

/** A store's snapshot on its way into a checkpoint, and back. */
record KeyedStatePart(StateSnapshot snapshot, KeyGroupRange groups) implements SnapshotPart {
    private static final String NAME = "keyed";

    /** All of the store: a checkpoint does not refer to files of others yet. */
    static KeyedStatePart of(KeyedStateStore store, long checkpointId, CheckpointKind kind) {
        SnapshotKind form = kind.isSavepoint() ? SnapshotKind.CANONICAL : SnapshotKind.FULL;
        return new KeyedStatePart(store.snapshot(checkpointId, form), store.keyGroups());
    }

    static void restore(KeyedStateStore store, RestoredOperator restored) throws IOException {
        List<Slice> parts = restored.keyed();
        for (Slice part : parts) {
            if (part.part().name().equals(NAME)) {
                store.restore(restored.input(part));
            }
        }
    }

    @Override
    public void write(PartWriter out) throws IOException {
        out.keyed(NAME, "", groups.first(), groups.last(), snapshot::write);
    }

    @Override
    public void release() {
        snapshot.close();
    }
}
