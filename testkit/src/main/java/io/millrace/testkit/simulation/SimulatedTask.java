package io.millrace.testkit.simulation;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.SubtaskMetrics;
import io.millrace.runtime.task.Subtasks;
import io.millrace.runtime.task.TaskDeployment;
import io.millrace.runtime.task.TaskDeployment.Edge;
import io.millrace.runtime.task.TaskDeployment.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands for a subtask: opens, writes its lines if it has an output, waits for those it reads from,
 * ends; sees its channels break when a peer goes.
 */
final class SimulatedTask implements Subtasks.RunningSubtask {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

    private enum State {
        STARTING,
        RUNNING,
        FINISHED,
        /** Failed, cancelled, or dead with its worker. */
        BROKEN
    }

    private final Simulation simulation;
    private final Faults faults;
    private final SimulatedCluster cluster;
    private final SimulatedWorker worker;
    private final TaskDeployment deployment;
    private final Subtasks.Listener listener;
    private final long startNanos;
    private State state = State.STARTING;
    private int lines;
    private long loops;

    SimulatedTask(
            Simulation simulation,
            Faults faults,
            SimulatedCluster cluster,
            SimulatedWorker worker,
            TaskDeployment deployment,
            Subtasks.Listener listener) {
        this.simulation = simulation;
        this.faults = faults;
        this.cluster = cluster;
        this.worker = worker;
        this.deployment = deployment;
        this.listener = listener;
        this.startNanos = simulation.nowNanos();
        later(Duration.ofMillis(5), Duration.ofMillis(500), this::open);
    }

    static String part(int vertex, int subtask) {
        return part(vertex) + subtask;
    }

    /** Begins the names of all parts of a vertex. */
    static String part(int vertex) {
        return "part-" + vertex + "-";
    }

    /** What a subtask writes into its part. */
    static List<String> lines(String part) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < Invariants.LINES_PER_PART; i++) {
            lines.add(part + " line " + i);
        }
        return lines;
    }

    SimulatedWorker worker() {
        return worker;
    }

    boolean live() {
        return state == State.STARTING || state == State.RUNNING;
    }

    @Override
    public TaskDeployment deployment() {
        return deployment;
    }

    @Override
    public void triggerCheckpoint(StreamEvent.Barrier barrier) {
        throw new IllegalStateException("the modelled job takes no checkpoints");
    }

    @Override
    public void checkpointComplete(long checkpointId) {}

    @Override
    public void checkpointAborted(long checkpointId) {}

    @Override
    public void masterChanged(int epoch) {}

    @Override
    public void checkpointsAbortedBefore(int epoch) {}

    @Override
    public SubtaskMetrics metrics() {
        return new SubtaskMetrics(0, 0, 0, lines, lines, lines, loops, List.of(), List.of());
    }

    /** Its worker is dead, and so is it. */
    void workerDied() {
        if (live()) {
            state = State.BROKEN;
        }
    }

    @Override
    public void cancel() {
        boolean slow = simulation.chance(faults.slowCancel());
        later(
                Duration.ofMillis(1),
                slow ? Duration.ofSeconds(25) : Duration.ofMillis(300),
                () -> end(new SubtaskEnd.Canceled()));
    }

    private void open() {
        if (simulation.chance(faults.taskFailure())) {
            fail(Failure.Category.USER_CODE, "user function threw");
            return;
        }
        state = State.RUNNING;
        listener.running(deployment);
        work();
    }

    private void work() {
        loops++;
        boolean allInputsFinished = true;
        for (Edge input : deployment.inputs()) {
            for (Peer peer : input.peers()) {
                SimulatedTask writer = cluster.task(peer.attempt());
                if (isBroken(peer, writer)) {
                    return;
                }
                allInputsFinished &= writer != null && writer.state == State.FINISHED;
            }
        }
        for (Edge output : deployment.outputs()) {
            for (Peer peer : output.peers()) {
                if (isBroken(peer, cluster.task(peer.attempt()))) {
                    return;
                }
            }
        }
        if (lines < Invariants.LINES_PER_PART && simulation.chance(cluster.lineChance())) {
            writeLine();
        }
        if (simulation.chance(faults.taskFailure() / 10)) {
            fail(Failure.Category.USER_CODE, "user function threw at a record");
        } else if (lines == Invariants.LINES_PER_PART && allInputsFinished) {
            end(new SubtaskEnd.Finished());
        } else {
            later(Duration.ofMillis(200), Duration.ofMillis(1200), this::work);
        }
    }

    private void writeLine() {
        AttemptId attempt = deployment.attempt();
        if (cluster.hasOutput(attempt.vertex())) {
            String part = part(attempt.vertex(), attempt.subtask());
            cluster.files()
                    .append(attempt.vertex(), deployment.run(), part, part + " line " + lines);
        }
        lines++;
    }

    private boolean isBroken(Peer peer, SimulatedTask other) {
        if (other == null) {
            if (simulation.nowNanos() - startNanos > CONNECT_TIMEOUT.toNanos()) {
                fail(Failure.Category.CLUSTER, "no connection to " + peer.attempt());
                return true;
            }
            return false;
        }
        if (other.state == State.BROKEN) {
            fail(Failure.Category.CLUSTER, "channel to " + peer.attempt() + " broke");
            return true;
        }
        cluster.invariants().connected(deployment, other.deployment);
        return false;
    }

    private void fail(Failure.Category category, String sentence) {
        end(new SubtaskEnd.Failed(Failure.of(category, "Task " + deployment.attempt(), sentence)));
    }

    private void end(SubtaskEnd end) {
        if (!live()) {
            return;
        }
        boolean finished = end instanceof SubtaskEnd.Finished;
        state = finished ? State.FINISHED : State.BROKEN;
        if (finished) {
            cluster.invariants().finished(deployment);
        }
        simulation.tell(
                worker.name(), deployment.attempt() + " ends: " + end.getClass().getSimpleName());
        listener.ended(deployment, end);
    }

    /** The task's own thread goes on, unless the worker is dead; while it is paused, later. */
    private void later(Duration least, Duration most, Runnable step) {
        simulation.between(least, most, () -> goOn(step));
    }

    private void goOn(Runnable step) {
        if (!live()) {
            return;
        }
        if (worker.process().paused()) {
            simulation.after(Duration.ofMillis(100), () -> goOn(step));
            return;
        }
        step.run();
    }
}
