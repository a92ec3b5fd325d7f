package io.millrace.runtime.graph;

import java.io.Serializable;

/**
 * Records travel from each subtask of the source vertex to subtasks of the target vertex.
 *
 * @param id place in {@link JobGraph#edges()}
 * @param input which logical input of the target's first operator it feeds, from 0
 * @param partitioning the word of the plan, e.g. {@code HASH}
 * @param name by which what lies in its channels is found again, the same in every version of the
 *     program; no other edge has it
 */
public record JobEdge(
        int id,
        int source,
        int target,
        int input,
        Pattern pattern,
        String partitioning,
        String name)
        implements Serializable {

    /** An edge that is known by its number. */
    public JobEdge(
            int id, int source, int target, int input, Pattern pattern, String partitioning) {
        this(id, source, target, input, pattern, partitioning, "edge " + id);
    }

    /** Which subtasks are connected. */
    public enum Pattern {
        /** Each with each. */
        ALL_TO_ALL,
        /** Each with its own part of the other side (forward, rescale). */
        POINTWISE
    }

    /** First subtask (inclusive) of the readers that a writer is connected with. */
    public int firstReader(int writer, int writers, int readers) {
        return pattern == Pattern.ALL_TO_ALL ? 0 : first(writer, writers, readers);
    }

    /** Last subtask (exclusive) of the readers that a writer is connected with. */
    public int endReader(int writer, int writers, int readers) {
        return pattern == Pattern.ALL_TO_ALL ? readers : end(writer, writers, readers);
    }

    /** Whether a channel leads from this writer to this reader. */
    public boolean connects(int writer, int writers, int reader, int readers) {
        return reader >= firstReader(writer, writers, readers)
                && reader < endReader(writer, writers, readers);
    }

    private static int first(int writer, int writers, int readers) {
        if (readers >= writers) {
            // the least reader r with floor(r * writers / readers) == writer
            return (int) (((long) writer * readers + writers - 1) / writers);
        }
        return (int) ((long) writer * readers / writers);
    }

    private static int end(int writer, int writers, int readers) {
        return readers >= writers
                ? first(writer + 1, writers, readers)
                : first(writer, writers, readers) + 1;
    }
}
