package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.checkpoint.StatePart.Piece;
import io.millrace.runtime.state.SnapshotConcatenation;
import io.millrace.runtime.state.SnapshotInput;
import io.millrace.runtime.state.SnapshotOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Pieces of earlier checkpoints that are read to be written again. Each has a stream of its own, as
 * they are read in turns.
 *
 * <p>Threads: one; blocks.
 */
final class PieceInputs implements AutoCloseable {
    private final List<StateReader> readers = new ArrayList<>();
    private final List<SnapshotInput> inputs = new ArrayList<>();

    PieceInputs(long checkpointId, CheckpointFolder.Opened folder, List<Piece> pieces) {
        for (Piece piece : pieces) {
            StateReader reader = new StateReader(checkpointId, folder);
            readers.add(reader);
            StatePart part =
                    new StatePart(
                            Kind.KEYED, "keyed", "", 0, 0, 0, piece.offset(), piece.length(), 0);
            inputs.add(reader.input(new Slice(piece.file(), part, 0, 0)));
        }
    }

    void concatenate(SnapshotOutput output) throws IOException {
        SnapshotConcatenation.write(inputs, output);
    }

    @Override
    public void close() throws IOException {
        for (StateReader reader : readers) {
            reader.close();
        }
    }
}
