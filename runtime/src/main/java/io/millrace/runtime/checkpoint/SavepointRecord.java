package io.millrace.runtime.checkpoint;

/**
 * A savepoint whose completion is decided.
 *
 * @param path of its folder
 * @param request of the client who asked for it, who may ask the next master again
 */
public record SavepointRecord(long id, CheckpointKind kind, String path, String request) {

    public CheckpointFolder folder() {
        return new CheckpointFolder(path, CheckpointFolder.Layout.SAVEPOINT);
    }
}
