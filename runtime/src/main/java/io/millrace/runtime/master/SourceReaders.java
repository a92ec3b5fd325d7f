package io.millrace.runtime.master;

import io.millrace.runtime.checkpoint.CoordinatorState;
import io.millrace.runtime.checkpoint.StateAssignment;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.coordinate.CoordinatorRecord;
import io.millrace.runtime.coordinate.Coordinators;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Execution;
import io.millrace.runtime.schedule.ExecutionGraph;
import io.millrace.runtime.schedule.Region;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Tells the coordinators of sources what becomes of the regions that their readers are in.
 *
 * <p>Threads: owned by the master's loop.
 */
final class SourceReaders {
    private final ExecutionGraph graph;
    private final Coordinators coordinators;

    /** What earlier masters have left; null if nothing. */
    private final CoordinatorRecord recorded;

    SourceReaders(ExecutionGraph graph, Coordinators coordinators, CoordinatorRecord recorded) {
        this.graph = graph;
        this.coordinators = coordinators;
        this.recorded = recorded;
        if (recorded != null) {
            coordinators.found(recorded);
        }
    }

    /** All of a region begins, from a checkpoint or with nothing. */
    void start(Region region, StateAssignment restoring, long newestCheckpoint) {
        coordinators.start(states(restoring), newestCheckpoint, this::attempts, of(region));
        if (restoring != null && newestCheckpoint == 0) {
            coordinators.recordStates(of(region)); // it is not the job's, and may be removed
        }
    }

    /**
     * Whether a region can go on as it runs without the checkpoint that it has begun from.
     *
     * @param running its attempts
     */
    boolean areRecorded(Region region, List<AttemptId> running) {
        return coordinators.areRecorded(
                recorded,
                vertex -> running.stream().filter(a -> a.vertex() == vertex).toList(),
                of(region));
    }

    /** All of a region goes on as it runs. */
    void keep(Region region, StateAssignment newest, long newestCheckpoint) {
        coordinators.adopt(recorded, states(newest), newestCheckpoint, this::attempts, of(region));
        region.executions().stream()
                .filter(e -> e.state() == Execution.State.FINISHED)
                .forEach(e -> coordinators.ended(e.attempt()));
    }

    private static List<CoordinatorState> states(StateAssignment assignment) {
        return assignment == null ? List.of() : assignment.coordinators();
    }

    private List<AttemptId> attempts(int vertex) {
        return graph.executionsOf(vertex).stream().map(Execution::attempt).toList();
    }

    private static IntPredicate of(Region region) {
        return vertex -> region.vertices().stream().anyMatch(v -> v.id() == vertex);
    }

    /** The attempts of a region end. */
    void stop(Region region) {
        coordinators.stop(of(region));
    }

    void ended(AttemptId attempt) {
        coordinators.ended(attempt);
    }

    /** A worker has another connection. */
    void connected(Worker worker) {
        coordinators.unregister(
                attempt -> {
                    Execution execution = graph.find(attempt);
                    return execution != null && execution.slot().workerId().equals(worker.id());
                });
    }

    /** A reader tells its coordinator something. */
    void received(Worker worker, ToMaster.OperatorEvent told) {
        Execution execution = graph.find(told.attempt());
        if (execution != null && execution.slot().workerId().equals(worker.id())) {
            coordinators.received(
                    told.attempt(),
                    worker.link(),
                    worker.address().host(),
                    told.uid(),
                    told.event());
        }
    }
}
