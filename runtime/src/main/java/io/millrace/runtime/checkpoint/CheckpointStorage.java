package io.millrace.runtime.checkpoint;

import java.util.Set;
import java.util.function.Consumer;

/**
 * What the master does to the folder of a job's checkpoints.
 *
 * <p>Threads: calls return at once; the reply comes exactly once, from any thread. Calls for one
 * folder are carried out in their order.
 */
public interface CheckpointStorage {

    /** Makes the folder of a job, which tells whether anything can be written there. */
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

    /**
     * Removes all checkpoints but some.
     *
     * @param retained these stay
     * @param below checkpoints with this or a higher id stay, too
     */
    void retain(
            CheckpointFolder folder, Set<Long> retained, long below, Consumer<Result<Void>> reply);

    /** Removes the folder of a job with all in it. */
    void remove(CheckpointFolder folder, Consumer<Result<Void>> reply);

    /** How a call ended. */
    sealed interface Result<T> {
        record Done<T>(T value) implements Result<T> {}

        /**
         * What is to be read is not there or not what was written; repeating does not help.
         *
         * @param sentence names the file
         */
        record Damaged<T>(String sentence) implements Result<T> {}

        /** The file system failed; may be repeated. Whether it was done is not known. */
        record Failed<T>(String cause) implements Result<T> {}
    }
}
