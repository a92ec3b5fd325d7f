package io.millrace.runtime.checkpoint;

import java.util.List;

/**
 * What a subtask begins with.
 *
 * @param checkpointId that it comes from; 0 if it begins with nothing
 * @param folder path of the job's folder that file names are relative to; empty without a
 *     checkpoint
 * @param finished whether the subtask had emitted all: it only does what is to be done when the
 *     checkpoint is complete, and ends
 * @param edges what lay in the channels of edges that it reads; none of those in which nothing lay
 */
public record RestoredState(
        long checkpointId,
        String folder,
        boolean finished,
        List<Operator> operators,
        List<InFlight> edges) {
    /** A first start. */
    public static final RestoredState NONE = new RestoredState(0, "", false, List.of());

    public RestoredState {
        operators = List.copyOf(operators);
        edges = List.copyOf(edges);
    }

    /** One whose channels were empty. */
    public RestoredState(
            long checkpointId, String folder, boolean finished, List<Operator> operators) {
        this(checkpointId, folder, finished, operators, List.of());
    }

    /** The same with what lay in channels. */
    public RestoredState with(List<InFlight> inFlight) {
        return new RestoredState(checkpointId, folder, finished, operators, inFlight);
    }

    /**
     * What lay in the channels of one edge, as far as it may be the subtask's to read.
     *
     * @param edge number of the job graph's edge
     * @param writers how many subtasks wrote to it then
     * @param readers how many subtasks read it then
     * @param channels each in one part or two: where it was read, and where it was written
     */
    public record InFlight(int edge, int writers, int readers, List<Slice> channels) {
        public InFlight {
            channels = List.copyOf(channels);
        }
    }

    /** The share of one operator. */
    public record Operator(String uid, List<Slice> slices) {
        public Operator {
            slices = List.copyOf(slices);
        }
    }

    /**
     * Some of the elements, or of the key groups, of one state of one former subtask.
     *
     * @param from first element or key group
     * @param to behind the last one
     */
    public record Slice(WorkerFile file, StatePart part, int from, int to) {}

    /** The same for a subtask of a job that was stopped by the savepoint: it is to end as well. */
    public RestoredState asFinished() {
        return new RestoredState(checkpointId, folder, true, operators);
    }

    public boolean isRestored() {
        return checkpointId != 0;
    }

    /** Whether the checkpoint knows an operator, with or without state. */
    public boolean knows(String uid) {
        return operators.stream().anyMatch(operator -> operator.uid().equals(uid));
    }

    /** The share of one operator; empty if it has none. */
    public List<Slice> slices(String uid) {
        return operators.stream()
                .filter(operator -> operator.uid().equals(uid))
                .findFirst()
                .map(Operator::slices)
                .orElse(List.of());
    }
}
