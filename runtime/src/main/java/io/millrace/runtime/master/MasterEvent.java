package io.millrace.runtime.master;

import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.FromClient;
import io.millrace.runtime.control.ToClient;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.metrics.AccumulatorPart;
import java.util.List;
import java.util.function.Consumer;

/** What a job master reacts to. */
public sealed interface MasterEvent {

    /** Begin: take the record over. The first event. */
    record Started() implements MasterEvent {}

    /** The program has made its graph. Ignored if there was one on record. */
    record Submitted(JobGraph graph) implements MasterEvent {}

    /** The program failed before it had made a graph: the job fails with this. */
    record NotSubmitted(Failure failure) implements MasterEvent {}

    /** Somebody in this process wants the job cancelled. */
    record CancelRequested(String by) implements MasterEvent {}

    /**
     * Somebody in this process wants a savepoint.
     *
     * @param request one that is answered with {@link ToClient.SavepointEnded}
     * @param answer called by the master's loop; must not block
     */
    record SavepointRequested(FromClient request, Consumer<ToClient.SavepointEnded> answer)
            implements MasterEvent {
        @Override
        public String toString() {
            return "SavepointRequested[" + request + "]";
        }
    }

    /**
     * Somebody in this process wants to know how the job is.
     *
     * @param answer called by the master's loop; must not block
     */
    record StatusRequested(Consumer<JobStatus> answer) implements MasterEvent {
        @Override
        public String toString() {
            return "StatusRequested[]";
        }
    }

    /**
     * Somebody in the master's process asks what the job's functions have added up so far.
     *
     * @param answer called in the master's loop; must not block
     */
    record AccumulatorsRequested(Consumer<List<AccumulatorPart>> answer) implements MasterEvent {
        @Override
        public String toString() {
            return "AccumulatorsRequested[]";
        }
    }

    /**
     * A control connection that has proven itself.
     *
     * @param connection its name, never used twice
     * @param peer the worker's id or the client's name, as proven
     */
    record Connected(String connection, String peer) implements MasterEvent {}

    record Received(String connection, ControlMessage message) implements MasterEvent {}

    record Disconnected(String connection, String cause) implements MasterEvent {}

    /** Containers of this attempt; a worker is being started in each. */
    record ContainersGranted(List<Container> containers) implements MasterEvent {}

    /**
     * Containers that earlier application attempts have left; may come several times. Every attempt
     * but the first asks for nothing until it has heard of them, or for five seconds: an empty list
     * spares it the wait.
     */
    record PreviousContainers(List<Container> containers) implements MasterEvent {}

    /**
     * A container is gone, or its node is.
     *
     * @param cause why, in one line, e.g. {@code exit status 143: killed by ...}
     */
    record ContainerCompleted(String containerId, String cause) implements MasterEvent {}

    /** The cluster will never grant what is asked for: the job fails with this. */
    record ContainersRefused(Failure failure) implements MasterEvent {}

    /** Something for the timeline that happened outside. */
    record Noted(JobStatus.TimelineEvent event) implements MasterEvent {}

    /**
     * The master goes on where it waited for a timer or for an answer.
     *
     * @param what names the timer or the call
     */
    record Continued(String what, Runnable step) implements MasterEvent {
        @Override
        public String toString() {
            return "Continued[" + what + "]";
        }
    }

    /**
     * A container as the cluster tells of it.
     *
     * @param id the worker in it has the same
     * @param host it is on
     */
    record Container(String id, String host) {}
}
