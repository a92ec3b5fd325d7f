package io.millrace.api.source;

import io.millrace.api.state.CheckpointListener;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Reads the splits of one subtask.
 *
 * <p>Order of calls: splits of a checkpoint by {@link #addSplits}, if there are any; {@link
 * #start}; any of the others; {@link #close}.
 *
 * <p>Threads: the subtask's, which must not be held up: what blocks belongs on another thread, and
 * {@link #isAvailable} tells when there is something.
 *
 * <p>Errors: whatever is thrown fails the subtask.
 */
public interface SourceReader<T, SplitT extends SourceSplit>
        extends AutoCloseable, CheckpointListener {

    void start();

    /** Emits one record, or few, if there are any. Never blocks. */
    InputStatus pollNext(ReaderOutput<T> output) throws Exception;

    /**
     * The splits that it has, each with how far it was read.
     *
     * @param checkpointId of the checkpoint that it is for
     */
    List<SplitT> snapshotState(long checkpointId);

    /**
     * Completed when {@link #pollNext} may find something. Asked for after that has said {@link
     * InputStatus#NOTHING_AVAILABLE}.
     */
    CompletableFuture<Void> isAvailable();

    void addSplits(List<SplitT> splits);

    /** No further splits come. */
    void notifyNoMoreSplits();

    /** The enumerator has sent something. */
    default void handleSourceEvents(SourceEvent sourceEvent) {}

    /** A checkpoint, and with it every earlier one, is complete. */
    @Override
    default void notifyCheckpointComplete(long checkpointId) throws Exception {}

    /**
     * Splits are to rest or to go on, because their event time has gone ahead of others'. While a
     * split rests nothing comes of it; the others are read on. Never called for a reader that has a
     * single split, which is held up as a whole by not being polled.
     *
     * @throws UnsupportedOperationException if it cannot do that: its job fails, unless {@code
     *     pipeline.watermark-alignment.allow-unaligned-source-splits} is set
     */
    default void pauseOrResumeSplits(
            Collection<String> splitsToPause, Collection<String> splitsToResume) {
        throw new UnsupportedOperationException(
                getClass().getName() + " cannot let single splits rest");
    }
}
