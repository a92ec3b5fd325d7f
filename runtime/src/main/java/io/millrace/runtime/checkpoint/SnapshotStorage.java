package io.millrace.runtime.checkpoint;

import java.util.List;
import java.util.function.Consumer;

/**
 * Writes what a worker's subtasks have in a checkpoint into one file.
 *
 * <p>Threads: calls return at once; the reply comes exactly once, from any thread.
 */
public interface SnapshotStorage {

    /**
     * Writes the file, reads it again and compares. Releases all snapshots, whatever happens.
     *
     * @param wanted asked, by any thread, before the work begins
     */
    void write(WorkerSnapshot snapshot, Wanted wanted, Consumer<Stored> reply);

    /** Whether the checkpoint still is. */
    @FunctionalInterface
    interface Wanted {
        boolean isWanted();
    }

    /** All subtasks of one worker in one checkpoint. */
    record WorkerSnapshot(
            CheckpointFolder folder,
            long id,
            int epoch,
            String workerId,
            List<SubtaskSnapshot> subtasks) {
        public WorkerSnapshot {
            subtasks = List.copyOf(subtasks);
        }
    }

    /** What became of it. */
    sealed interface Stored {
        record Done(WorkerFile file, List<SubtaskState> subtasks) implements Stored {}

        record Failed(Throwable cause) implements Stored {}
    }
}
