package io.millrace.runtime.coordinate;

import io.millrace.runtime.checkpoint.CoordinatorState;
import io.millrace.runtime.schedule.AttemptId;
import java.util.List;

/**
 * An entry {@code coord-(sequence)} of the job record: all coordinators of the job, with what they
 * have told readers that no complete checkpoint holds yet. On record before any of it is sent.
 */
public record CoordinatorRecord(List<Coordinator> coordinators) {
    public CoordinatorRecord {
        coordinators = List.copyOf(coordinators);
    }

    /** One of them. */
    public record Coordinator(CoordinatorState state, List<Reader> readers) {
        public Coordinator {
            readers = List.copyOf(readers);
        }
    }

    /**
     * What was told to one attempt of a reader.
     *
     * @param next the lowest sequence number that was never used
     * @param heard the highest number of what the reader has told that the state knows of
     * @param noMore whether it was told that no further splits come
     */
    public record Reader(
            AttemptId attempt, long next, long heard, boolean noMore, List<Told> told) {
        public Reader {
            told = List.copyOf(told);
        }
    }

    /**
     * Something that a reader was, or was about to be, told.
     *
     * @param after the highest checkpoint for which the enumerator's state had been taken before:
     *     the reader has it in every later one
     * @param message as {@link SourceMessages} writes it
     */
    public record Told(long sequence, long after, byte[] message) {}
}
