package io.millrace.runtime.checkpoint;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What the master does to the folder of a job's checkpoints.
 *
 * <p>Threads: calls return at once; the reply comes exactly once, from any thread. Calls for one
 * folder are carried out in their order.
 */
public interface CheckpointStorage {

    /**
     * Makes the folder of a job or savepoint, which tells whether anything can be written there;
     * {@link Result.Refused} if this user may not, or something else is there.
     */
    void prepare(CheckpointFolder folder, Consumer<Result<Void>> reply);

    /** Writes the metadata under the name that says that the checkpoint is not complete. */
    void writePending(
            CheckpointFolder folder, CheckpointMetadata metadata, Consumer<Result<Void>> reply);

    /**
     * Gives pending metadata its name: idempotent, to be repeated until it is done, also by the
     * next epoch.
     */
    void publish(CheckpointFolder folder, long id, Consumer<Result<Void>> reply);

    /** Reads the metadata of a complete checkpoint, whichever of its names it has. */
    void read(CheckpointFolder folder, long id, Consumer<Result<CheckpointMetadata>> reply);

    /**
     * Finds a savepoint or checkpoint as {@link SavepointPath#findWhole} does; what is refused
     * there is {@link Result.Damaged}.
     */
    void find(String path, Consumer<Result<StoredCheckpoint>> reply);

    /** Removes a savepoint or checkpoint that the job has claimed; done if it is not there. */
    void removeClaimed(String path, Consumer<Result<Void>> reply);

    /** Removes all checkpoints but some, and the shared files that none of these refers to. */
    void retain(CheckpointFolder folder, Retained retained, Consumer<Result<Void>> reply);

    /**
     * Removes all checkpoints of a job and what they share, and its folder if nothing else is
     * there; of a savepoint all there is.
     */
    void remove(CheckpointFolder folder, Consumer<Result<Void>> reply);

    /**
     * What stays.
     *
     * @param ids of checkpoints
     * @param sharedFiles names of files that these refer to
     * @param below what is of checkpoints with this or a higher id stays, too: they may be on their
     *     way
     */
    record Retained(Set<Long> ids, Set<String> sharedFiles, long below) {
        public Retained {
            ids = Set.copyOf(ids);
            sharedFiles = Set.copyOf(sharedFiles);
        }

        /**
         * Some complete checkpoints, and all that is newer than the newest of them.
         *
         * <p>That is safe because no checkpoint becomes complete that refers to a file of neither
         * its own nor those that were retained at that moment.
         */
        public static Retained of(Collection<CheckpointMetadata> complete) {
            Set<Long> ids = new HashSet<>();
            Set<String> files = new HashSet<>();
            for (CheckpointMetadata each : complete) {
                ids.add(each.id());
                files.addAll(each.sharedFiles());
            }
            return new Retained(ids, files, Collections.max(ids));
        }

        /**
         * A file that a checkpoint refers to although it may be gone; null if there is none.
         *
         * @param next that is not complete yet
         */
        public String missing(CheckpointMetadata next) {
            return next.sharedFiles().stream()
                    .filter(name -> CheckpointFolder.idOfShared(name) != next.id())
                    .filter(name -> !sharedFiles.contains(name))
                    .sorted()
                    .findFirst()
                    .orElse(null);
        }
    }

    /** How a call ended. */
    sealed interface Result<T> {
        record Done<T>(T value) implements Result<T> {}

        /**
         * What is to be read is not there or not what was written; repeating does not help.
         *
         * @param sentence names the file
         */
        record Damaged<T>(String sentence) implements Result<T> {}

        /**
         * Not done, and repeating does not help before somebody has changed something.
         *
         * @param sentence names the folder
         */
        record Refused<T>(String sentence) implements Result<T> {}

        /** The file system failed; may be repeated. Whether it was done is not known. */
        record Failed<T>(String cause) implements Result<T> {}
    }
}
