package io.millrace.connector.file.sink;

/** Ends every file at each checkpoint, and perhaps at other times. */
public abstract class CheckpointRollingPolicy<IN, BucketID> implements RollingPolicy<IN, BucketID> {
    private static final long serialVersionUID = 1L;

    @Override
    public final boolean shouldRollOnCheckpoint(PartFileInfo<BucketID> partFileState) {
        return true;
    }
}
