package io.millrace.api.state;

/** What {@link CheckpointedFunction#snapshotState} is told. */
public interface FunctionSnapshotContext extends ManagedSnapshotContext {}
