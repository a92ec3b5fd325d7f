package io.millrace.runtime.task;

import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.WorkerChannels;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.operator.KeyedStores;
import io.millrace.runtime.operator.OperatorPorts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A subtask that does its next step when the test says so; what becomes of it is in a journal. */
final class DrivenSubtask implements Subtasks.Listener {
    final Subtasks.RunningSubtask running;
    final List<SubtaskSnapshot> snapshots = new ArrayList<>();
    private final ArrayDeque<Runnable> steps = new ArrayDeque<>();
    private final List<String> journal;

    /** Starts it, and does its first step. */
    DrivenSubtask(WorkerChannels channels, TaskDeployment deployment, List<String> journal) {
        this(channels, deployment, journal, KeyedStores.none());
    }

    /** The same, with a disk, say. */
    DrivenSubtask(
            WorkerChannels channels,
            TaskDeployment deployment,
            List<String> journal,
            KeyedStores stores) {
        this.journal = journal;
        JobClasses classes = new JobClasses(getClass().getClassLoader());
        this.running =
                new SteppedSubtasks(
                                channels,
                                job -> classes,
                                new OperatorPorts(() -> 0, (millis, ring) -> () -> {}, stores),
                                steps::add)
                        .start(deployment, this);
        step();
    }

    void step() {
        if (!steps.isEmpty()) {
            steps.poll().run();
        }
    }

    /** Until it waits for somebody. */
    void runAll() {
        while (!steps.isEmpty()) {
            step();
        }
    }

    @Override
    public void running(TaskDeployment deployment) {}

    @Override
    public void snapshotTaken(long checkpointId, SubtaskSnapshot snapshot) {
        journal.add(
                snapshot.attempt().vertex()
                        + (snapshot.ended() ? " ended at " : " at ")
                        + checkpointId);
        snapshots.add(snapshot);
        snapshot.release();
    }

    @Override
    public void snapshotFailed(TaskDeployment deployment, long checkpointId, Failure failure) {
        journal.add(failure.summary());
    }

    @Override
    public void inputEnded(TaskDeployment deployment) {}

    @Override
    public void ended(TaskDeployment deployment, SubtaskEnd end) {
        journal.add(deployment.attempt().vertex() + " " + end.getClass().getSimpleName());
    }
}
