package io.millrace.runtime.operator;

import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.exchange.StreamEvent;
import java.util.List;

/**
 * The head of a chain that reads no other chain.
 *
 * <p>Threads: owned by the subtask. No method blocks.
 */
public interface Source {

    /** What a call of {@link #emit} has left behind. */
    enum Progress {
        /** There is more at once. */
        MORE,
        /** There is nothing now; the subtask's wakeup is called when there may be more. */
        WAIT,
        /** There will never be anything again. */
        END
    }

    /** The subtask, as its source and its batch loop see it. */
    interface Target extends Interruption {

        /** Sends an event behind all records so far. */
        void event(StreamEvent event);

        /**
         * Whether the subtask has something else to do first; whoever asks then returns at once.
         * Cheap enough to be asked after each record.
         */
        @Override
        boolean isInterrupted();
    }

    /** Takes what it had in a checkpoint, if the job begins from one; before it is opened. */
    default void restore(RestoredOperator state) throws Exception {}

    default void open() throws Exception {}

    /**
     * Puts a barrier among its records by itself, because they are made on another thread; it comes
     * out of {@link #emit} as an event.
     *
     * @return false if it does no such thing, and the barrier belongs where the source stands now
     */
    default boolean inject(StreamEvent.Barrier barrier) {
        return false;
    }

    /**
     * What the source holds now, or held where it put the barrier. Must cost little: what takes
     * time is left to {@link SnapshotPart#write}.
     */
    default List<SnapshotPart> snapshot(long checkpointId) throws Exception {
        return List.of();
    }

    /**
     * The same for a source that needs to know more; {@link #snapshot(long)} is what others say.
     */
    default List<SnapshotPart> snapshot(StreamEvent.Barrier barrier) throws Exception {
        return snapshot(barrier.checkpointId());
    }

    /** A checkpoint, and with it every earlier one, is complete; some may never be told of. */
    default void checkpointComplete(long checkpointId) throws Exception {}

    /** A checkpoint is given up. */
    default void checkpointAborted(long checkpointId) throws Exception {}

    /** Something of its coordinator's. */
    default void operatorEvent(byte[] event) throws Exception {
        throw new IllegalStateException("a source without a coordinator was told something");
    }

    /**
     * Tells its coordinator, if it has one, that it is there.
     *
     * @param link number of the worker's connection to the master
     */
    default void register(int link) {}

    /** As {@link Operator#processingTime}. */
    default void processingTime(long nowMillis) {}

    /** Emits about {@code maxRecords} records, or fewer, to the output it was made with. */
    Progress emit(int maxRecords, Target target) throws Exception;

    /** Records emitted so far. */
    long recordsEmitted();

    /** Bytes of its input read so far; 0 where that means nothing. */
    default long bytesRead() {
        return 0;
    }

    /** Ends it soon; {@link #close} follows. */
    default void cancel() {}

    default void close() throws Exception {}
}
