package io.millrace.runtime.checkpoint;

/**
 * What one checkpoint or savepoint was like.
 *
 * @param triggerMillis when its barriers began, milliseconds since 1970
 * @param durationMillis from then until it was complete, had failed, or until now
 * @param alignmentMillis the longest that a subtask waited between its first and its last barrier
 * @param syncMillis the longest that a subtask stood still
 * @param newBytes of states that were written for it
 * @param totalBytes of all that it consists of, with what earlier ones have written
 * @param inFlightBytes of what its barriers have overtaken in channels, part of the new bytes
 * @param slowest the subtask that waited and stood still for longest, or null if none has answered
 * @param path of a savepoint's folder; empty for a checkpoint
 * @param failure why it failed, in a sentence; empty if it did not
 */
public record CheckpointStatistics(
        long id,
        CheckpointKind kind,
        State state,
        long triggerMillis,
        long durationMillis,
        long alignmentMillis,
        long syncMillis,
        long newBytes,
        long totalBytes,
        long inFlightBytes,
        int subtasks,
        int answered,
        Slowest slowest,
        String path,
        String failure) {

    /** How far it is. The order is the format. */
    public enum State {
        IN_PROGRESS,
        COMPLETE,
        /** It failed, or was given up because the job has moved on. */
        FAILED
    }

    /**
     * A subtask.
     *
     * @param vertex its name
     */
    public record Slowest(String vertex, int subtask, long alignmentMillis, long syncMillis) {
        @Override
        public String toString() {
            return vertex
                    + "["
                    + subtask
                    + "], aligned "
                    + alignmentMillis
                    + " ms, stood still "
                    + syncMillis
                    + " ms";
        }
    }
}
