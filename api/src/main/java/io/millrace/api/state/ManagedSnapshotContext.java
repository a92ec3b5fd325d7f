package io.millrace.api.state;

/** What a function is told when a checkpoint is taken. */
public interface ManagedSnapshotContext {

    /** Rises; never used twice. */
    long getCheckpointId();

    /** When the checkpoint was triggered, in milliseconds since 1970. */
    long getCheckpointTimestamp();
}
