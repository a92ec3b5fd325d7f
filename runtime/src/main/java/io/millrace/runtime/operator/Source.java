package io.millrace.runtime.operator;

import io.millrace.runtime.exchange.StreamEvent;

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
    interface Target {

        /** Sends an event behind all records so far. */
        void event(StreamEvent event);

        /**
         * Whether the subtask has something else to do first; whoever asks then returns at once.
         * Cheap enough to be asked after each record.
         */
        boolean isInterrupted();
    }

    default void open() throws Exception {}

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
