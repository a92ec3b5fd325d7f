package io.millrace.runtime.program;

import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;

/**
 * Takes the records that come back to the program.
 *
 * <p>Threads: any.
 */
public interface CollectedRecords {

    /**
     * Opens the way for one subtask.
     *
     * @throws IOException if there is none
     */
    Writer open(AttemptId attempt, TypeSerializer<Object> serializer)
            throws IOException, InterruptedException;

    /**
     * The end of one subtask, owned by it. Blocks while the program does not take its records.
     *
     * <p>Errors: an {@link IOException} if the program will not get the records; an {@link
     * InterruptedException} if the subtask is to end.
     */
    interface Writer extends AutoCloseable {

        /** Hands a record over, which may be changed afterwards. */
        void write(Object record) throws IOException, InterruptedException;

        /** Waits until nothing can get lost any more. */
        void finish() throws IOException, InterruptedException;

        @Override
        void close();
    }

    /** Refuses: nothing leads back to the program. */
    static CollectedRecords nowhere() {
        return (attempt, serializer) -> {
            throw new IOException(
                    "records cannot come back to the program from this worker: executeAndCollect is"
                            + " for programs whose main runs while their job does");
        };
    }
}
