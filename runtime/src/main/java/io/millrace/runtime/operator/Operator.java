package io.millrace.runtime.operator;

import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.SnapshotPart;
import java.util.List;

/**
 * One operator in a chain, in one subtask.
 *
 * <p>Order of calls: {@code restore}, {@code open}, any number of {@code process}, {@code
 * watermark} with its {@code fire}, and {@code processingTime}, the watermark {@code
 * Long.MAX_VALUE} when the input has ended, {@code finish} until it returns true, {@code close}.
 * After a failure or a cancel only {@code close} follows.
 *
 * <p>Threads: owned by the subtask.
 */
public interface Operator extends Output {

    /** Takes what it had in a checkpoint, if the job begins from one. */
    default void restore(RestoredOperator state) throws Exception {}

    default void open() throws Exception {}

    /**
     * A barrier is about to go out: brings to an end what must not be cut in two by it. Unlike
     * {@link #snapshot}, whose failure is one of the checkpoint, a failure fails the subtask.
     *
     * @throws OperatorFailure if it cannot
     */
    default void prepareSnapshot(long checkpointId) {}

    /**
     * What the operator holds now, between two records. Must cost little: what takes time is left
     * to {@link SnapshotPart#write}.
     */
    default List<SnapshotPart> snapshot(long checkpointId) throws Exception {
        return List.of();
    }

    /** A checkpoint, and with it every earlier one, is complete; some may never be told of. */
    default void checkpointComplete(long checkpointId) throws Exception {}

    /** A checkpoint is given up. */
    default void checkpointAborted(long checkpointId) throws Exception {}

    /**
     * No record with a timestamp at or below this one is expected any more. What it makes the
     * operator emit comes with {@link #fire}, which follows until it returns true, and before any
     * record.
     */
    default void watermark(long timestampMillis) {}

    /**
     * Emits what the last watermark has made due, and no more than a bit of it if there is much: it
     * stops before the next timer when it is interrupted, but fires one at the least.
     *
     * @param most timers to fire at the most
     * @return whether all was emitted; otherwise it is called again
     */
    default boolean fire(int most, Interruption interruption) {
        return true;
    }

    /** Whether the watermarks and the idleness that come in end here, and others go out. */
    default boolean makesWatermarks() {
        return false;
    }

    /**
     * The wall clock has reached a time that some operator of the chain has asked for, by {@link
     * ProcessingTime#wakeAt}; asks again for what is to come.
     */
    default void processingTime(long nowMillis) {}

    /**
     * The input has ended: emits what is left, about {@code maxRecords} of it at a time.
     *
     * @return whether all was emitted; otherwise it is called again
     */
    default boolean finish(int maxRecords) throws Exception {
        return true;
    }

    /**
     * All is emitted, and what was to be complete is: brings to an end what is left to be done for
     * it.
     *
     * @return whether all is done; otherwise it is called again when the time has come that the
     *     operator has asked for by {@link ProcessingTime#wakeAt}
     */
    default boolean settle() throws Exception {
        return true;
    }

    /** Gives everything back; called once, also if {@code open} failed. */
    default void close() throws Exception {}
}
