package io.millrace.api.state;

/**
 * A function with state of its own beside that of the keys.
 *
 * <p>Threads: all calls come from the subtask's thread; in a source function while nobody holds
 * {@link io.millrace.api.function.SourceFunction.SourceContext#getCheckpointLock}.
 */
public interface CheckpointedFunction {

    /**
     * Called for each checkpoint: puts into its state what is not in there yet. An exception fails
     * the subtask, which begins again from the last checkpoint that is complete.
     */
    void snapshotState(FunctionSnapshotContext context) throws Exception;

    /** Called once before {@code open}, whether the job is restored or new. */
    void initializeState(FunctionInitializationContext context) throws Exception;
}
