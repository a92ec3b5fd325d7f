package io.millrace.runtime.operator;

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

    /** Takes the things that a source emits. */
    interface Target extends Output {
        void event(io.millrace.runtime.exchange.StreamEvent event);

        /** Whether the subtask has something else to do first; the source then returns at once. */
        boolean isInterrupted();
    }

    default void open() throws Exception {}

    /** Emits about {@code maxRecords} records, or fewer. */
    Progress emit(int maxRecords, Target target) throws Exception;

    /** Bytes of its input read so far; 0 where that means nothing. */
    default long bytesRead() {
        return 0;
    }

    /** Ends it soon; {@link #close} follows. */
    default void cancel() {}

    default void close() throws Exception {}
}
