package io.millrace.runtime.control;

import io.millrace.runtime.schedule.AttemptId;

/** What travels on a connection that brings records back to the program. */
public sealed interface RecordsMessage extends ControlMessage {

    /**
     * A worker sends records of one subtask. It sends no more of that subtask before these are
     * {@link Taken}.
     *
     * @param count how many there are
     * @param bytes the records one after the other, as their type's serializer writes them
     */
    record Records(AttemptId attempt, int count, byte[] bytes) implements RecordsMessage {}

    /** The program has begun with them: the worker may send more. */
    record Taken(AttemptId attempt) implements RecordsMessage {}
}
