package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.function.SinkFunction;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.WorkerChannels;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.operator.KeyedStores;
import io.millrace.runtime.operator.OperatorPorts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepeatedBarrierTest {
    private static final StreamEvent.Barrier BARRIER =
            new StreamEvent.Barrier(7, 1, 0, CheckpointKind.SAVEPOINT);

    private final WorkerChannels channels =
            new WorkerChannels("w", new DirectRun.NoRemote(), 16, 1 << 20);
    private final List<String> journal = new ArrayList<>();

    private record Ignoring() implements SinkFunction<Long> {
        @Override
        public void invoke(Long value, Context context) {}
    }

    /** A subtask that does its next step when the test says so. */
    private final class Driven implements Subtasks.Listener {
        final ArrayDeque<Runnable> steps = new ArrayDeque<>();
        final Subtasks.RunningSubtask running;

        Driven(TaskDeployment deployment) {
            running =
                    new SteppedSubtasks(
                                    channels,
                                    job -> new JobClasses(getClass().getClassLoader()),
                                    new OperatorPorts(
                                            () -> 0,
                                            (millis, ring) -> () -> {},
                                            KeyedStores.none()),
                                    steps::add)
                            .start(deployment, this);
            steps.poll().run();
        }

        void runAll() {
            while (!steps.isEmpty()) {
                steps.poll().run();
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

    @Test
    void shouldSaveItsStatesOnceThoughTheBarrierBeginsHereTooAsItsWritersHaveFinished()
            throws Exception {
        DirectRun job =
                new DirectRun(1, env -> env.fromSequence(1, 3).rebalance().addSink(new Ignoring()));
        Driven reader = new Driven(job.deployment(1, 0));
        Driven source = new Driven(job.deployment(0, 0));

        source.running.triggerCheckpoint(BARRIER);
        source.runAll();
        assertThat(journal).containsExactly("0 at 7", "0 Finished");
        reader.running.triggerCheckpoint(BARRIER);
        reader.runAll();

        assertThat(journal).containsExactly("0 at 7", "0 Finished", "1 at 7", "1 Finished");
    }
}
