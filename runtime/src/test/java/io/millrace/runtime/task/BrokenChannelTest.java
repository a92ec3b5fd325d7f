package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.ChannelBrokenException;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.ForgettingOutputChannel;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.operator.KeyedStores;
import io.millrace.runtime.operator.OperatorPorts;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.task.TaskDeployment.Edge;
import io.millrace.runtime.task.TaskDeployment.Peer;
import io.millrace.runtime.worker.WorkerAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BrokenChannelTest {

    /** Breaks when the end of the data comes, having taken all records. */
    private static final class BreaksAtTheEnd implements Channels {
        @Override
        public OutputChannel openOutput(
                ChannelId id,
                WorkerAddress reader,
                TypeSerializer<Object> serializer,
                Wakeup writer) {
            return new ForgettingOutputChannel() {

                @Override
                public void writeEvent(StreamEvent event) {
                    throw new ChannelBrokenException("worker 2 is gone");
                }
            };
        }

        @Override
        public InputChannel openInput(
                ChannelId id,
                WorkerAddress writer,
                TypeSerializer<Object> serializer,
                Wakeup reader) {
            throw new AssertionError(id);
        }

        @Override
        public void release(AttemptId attempt) {}
    }

    @Test
    void shouldBlameTheClusterWhenTheEndCannotBeWritten() throws Exception {
        JobGraph graph =
                CapturedProgram.graph(1, env -> env.fromSequence(1, 3).rebalance().print());
        ArrayDeque<Runnable> steps = new ArrayDeque<>();
        List<SubtaskEnd> ends = new ArrayList<>();
        SteppedSubtasks subtasks =
                new SteppedSubtasks(
                        new BreaksAtTheEnd(),
                        job -> new JobClasses(getClass().getClassLoader()),
                        new OperatorPorts(() -> 0, (millis, ring) -> () -> {}, KeyedStores.none()),
                        steps::add);
        subtasks.start(
                writer(graph),
                new Subtasks.Listener() {
                    @Override
                    public void running(TaskDeployment deployment) {}

                    @Override
                    public void snapshotTaken(long checkpointId, SubtaskSnapshot snapshot) {
                        snapshot.release();
                    }

                    @Override
                    public void snapshotFailed(
                            TaskDeployment deployment, long checkpointId, Failure failure) {}

                    @Override
                    public void inputEnded(TaskDeployment deployment) {}

                    @Override
                    public void ended(TaskDeployment deployment, SubtaskEnd end) {
                        ends.add(end);
                    }
                });
        while (!steps.isEmpty()) {
            steps.poll().run();
        }

        assertThat(ends).hasSize(1);
        Failure failure = ((SubtaskEnd.Failed) ends.get(0)).failure();
        assertThat(failure.category()).isEqualTo(Failure.Category.CLUSTER);
        assertThat(failure.cause().message()).isEqualTo("worker 2 is gone");
    }

    private static TaskDeployment writer(JobGraph graph) {
        AttemptId reader = new AttemptId(graph.jobId(), 1, 0, 1, 1);
        Peer peer = new Peer(reader, new WorkerAddress("2", "localhost", 1));
        return new TaskDeployment(
                new AttemptId(graph.jobId(), 0, 0, 1, 1),
                new Generation(1, 1),
                0,
                graph.jobName(),
                graph.vertex(0).name(),
                1,
                graph.vertex(0).maxParallelism(),
                graph.vertex(0).chain(),
                List.of(),
                List.of(new Edge(0, 0, List.of(peer))),
                List.of(),
                "run",
                graph.configuration());
    }
}
