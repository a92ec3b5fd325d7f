package io.millrace.runtime.operator;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.PartWriter;
import io.millrace.runtime.checkpoint.PieceChain;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.StatePart;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.SnapshotKind;
import io.millrace.runtime.state.StateSnapshot;
import java.io.IOException;
import java.util.List;

/**
 * A keyed store's part in checkpoints: all of it each time, or what has changed since the last
 * complete one.
 *
 * <p>What was restored is not built on: its files may belong to another job, or to more subtasks
 * than this. So the first checkpoint holds everything.
 *
 * <p>Threads: owned by the subtask's thread; a {@link SnapshotPart} leaves it.
 */
final class KeyedCheckpoints {
    private static final String NAME = "keyed";

    /** What a checkpoint holds of a store. */
    enum Growth {
        FULL,
        INCREMENTAL
    }

    private final KeyedStateStore store;
    private final Growth growth;
    private final PieceChain chain = new PieceChain();

    KeyedCheckpoints(KeyedStateStore store, Growth growth) {
        this.store = store;
        this.growth = growth;
    }

    /** Restores what the store's key groups had. */
    void restore(RestoredOperator restored) throws IOException {
        for (Slice part : restored.keyed()) {
            if (part.part().name().equals(NAME)) {
                store.restore(restored.input(part));
            }
        }
    }

    SnapshotPart snapshot(long checkpointId, CheckpointKind kind) {
        if (kind.isSavepoint()) {
            return new Whole(
                    store.snapshot(checkpointId, SnapshotKind.CANONICAL), store.keyGroups());
        }
        if (growth == Growth.FULL) {
            return new Whole(store.snapshot(checkpointId, SnapshotKind.FULL), store.keyGroups());
        }
        StateSnapshot snapshot =
                store.snapshot(
                        checkpointId,
                        chain.isBase() ? SnapshotKind.INCREMENTAL : SnapshotKind.FULL);
        return new Increment(
                snapshot,
                store.keyGroups(),
                snapshot.baseCheckpointId() < 0
                        ? List.of()
                        : chain.after(snapshot.baseCheckpointId()),
                chain);
    }

    void confirm(long checkpointId) {
        if (growth == Growth.FULL || chain.confirm(checkpointId)) {
            store.confirm(checkpointId);
        }
    }

    void abort(long checkpointId) {
        chain.abort(checkpointId);
        store.abort(checkpointId);
    }

    /** A snapshot that stands for itself. */
    private record Whole(StateSnapshot snapshot, KeyGroupRange groups) implements SnapshotPart {
        @Override
        public void write(PartWriter out) throws IOException {
            out.keyed(NAME, "", groups.first(), groups.last(), snapshot::write);
        }

        @Override
        public void release() {
            snapshot.close();
        }
    }

    /** A snapshot that comes after pieces that are there already, or that later ones come after. */
    private record Increment(
            StateSnapshot snapshot,
            KeyGroupRange groups,
            List<StatePart.Piece> buildsOn,
            PieceChain chain)
            implements SnapshotPart {
        @Override
        public void write(PartWriter out) throws IOException {
            out.piece(NAME, "", groups.first(), groups.last(), buildsOn, snapshot::write);
        }

        @Override
        public void stored(StatePart part) {
            chain.stored(snapshot.checkpointId(), part.pieces());
        }

        @Override
        public void release() {
            snapshot.close();
        }
    }
}
