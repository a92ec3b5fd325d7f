package io.millrace.runtime.checkpoint;

/**
 * A complete savepoint or checkpoint, wherever it lies now.
 *
 * @param metadata with names of files relative to {@code folder}, whatever it was written with
 * @param folder the one above its own
 * @param place its own folder, with scheme and authority
 */
public record StoredCheckpoint(CheckpointMetadata metadata, CheckpointFolder folder, String place) {

    /** Deals it out to the subtasks of a job. */
    public StateAssignment assignment() {
        return new StateAssignment(metadata, folder);
    }
}
