package io.millrace.runtime.checkpoint;

/**
 * A savepoint whose completion is decided.
 *
 * @param path of its folder
 */
public record SavepointRecord(long id, CheckpointKind kind, String path) {

    public CheckpointFolder folder() {
        return new CheckpointFolder(path, CheckpointFolder.Layout.SAVEPOINT);
    }
}
