package io.millrace.runtime.operator;

import io.millrace.api.state.FunctionSnapshotContext;

/** Tells a function of a checkpoint that is being taken. */
record FunctionSnapshot(long checkpointId, long wallMillis) implements FunctionSnapshotContext {
    @Override
    public long getCheckpointId() {
        return checkpointId;
    }

    @Override
    public long getCheckpointTimestamp() {
        return wallMillis;
    }
}
