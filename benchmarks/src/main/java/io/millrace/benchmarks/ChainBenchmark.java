package io.millrace.benchmarks;

import io.millrace.api.function.SinkFunction;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.operator.KeyedStores;
import io.millrace.runtime.operator.OperatorPorts;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.task.SteppedSubtasks;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.Subtasks;
import io.millrace.runtime.task.TaskDeployment;
import io.millrace.runtime.worker.NoOtherWorkers;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A sequence through map, filter, map and a sink, in one subtask on one thread, after a number of
 * other chains have run in the same JVM, as they have in a worker of a larger job.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(
        value = 2,
        jvmArgs = {"-XX:+UseParallelGC", "-XX:+UseCondCardMark", "-Xmx512m"})
public class ChainBenchmark {
    private static final int RECORDS = 1 << 20;
    private static final String JOB = "b".repeat(32);

    /** Different chains that ran before. */
    @Param({"0", "4"})
    public int others;

    private final JobClasses classes = new JobClasses(ChainBenchmark.class.getClassLoader());
    private JobGraph graph;
    private int counter;

    @Setup
    public void prepare() throws Exception {
        List<Programs.Program> different =
                List.of(
                        env ->
                                env.fromSequence(0, RECORDS - 1)
                                        .map(i -> i + 1)
                                        .filter(i -> i % 3 == 0)
                                        .addSink(new Sum()),
                        env ->
                                env.fromSequence(0, RECORDS - 1)
                                        .filter(i -> i % 5 == 0)
                                        .map(i -> "a" + i)
                                        .map(String::length)
                                        .addSink(new Last<>()),
                        env ->
                                env.fromSequence(0, RECORDS - 1)
                                        .map(i -> i * 0.5)
                                        .filter(x -> x > 100)
                                        .addSink(new Last<>()),
                        env ->
                                env.fromSequence(0, RECORDS - 1)
                                        .map(new BidGenerator(1000, false))
                                        .filter(bid -> bid.price > 10)
                                        .addSink(new Last<>()));
        for (Programs.Program other : different.subList(0, others)) {
            for (int i = 0; i < 10; i++) {
                run(Programs.graph(other, "other", 1));
            }
        }
        graph =
                Programs.graph(
                        env ->
                                env.fromSequence(0, RECORDS - 1)
                                        .map(i -> i * 3)
                                        .filter(i -> i % 7 != 0)
                                        .map(i -> i ^ 0x55)
                                        .addSink(new Sum()),
                        "chain",
                        1);
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public int mapFilterMapSink() {
        return run(graph);
    }

    /** Runs a job of one chain to its end and tells the number of steps. */
    private int run(JobGraph job) {
        Queue<Runnable> steps = new ArrayDeque<>();
        SteppedSubtasks subtasks =
                new SteppedSubtasks(
                        new NoOtherWorkers(),
                        id -> classes,
                        new OperatorPorts(
                                System::currentTimeMillis,
                                (millis, ring) -> () -> {},
                                KeyedStores.none()),
                        steps::add);
        End end = new End();
        subtasks.start(
                new TaskDeployment(
                        new AttemptId(JOB, 0, 0, 1, ++counter),
                        new Generation(1, 1),
                        0,
                        job.jobName(),
                        job.vertex(0).name(),
                        1,
                        job.vertex(0).maxParallelism(),
                        job.vertex(0).chain(),
                        List.of(),
                        List.of(),
                        List.of(),
                        "benchmark",
                        job.configuration()),
                end);
        int count = 0;
        for (Runnable step = steps.poll(); step != null; step = steps.poll()) {
            step.run();
            count++;
        }
        if (!(end.how instanceof SubtaskEnd.Finished)) {
            throw new IllegalStateException("The chain ended as " + end.how);
        }
        return count;
    }

    private static final class End implements Subtasks.Listener {
        private SubtaskEnd how;

        @Override
        public void running(TaskDeployment deployment) {
            // nobody waits for that
        }

        @Override
        public void snapshotTaken(long checkpointId, SubtaskSnapshot snapshot) {
            snapshot.release();
        }

        @Override
        public void snapshotFailed(TaskDeployment deployment, long checkpointId, Failure failure) {
            throw new IllegalStateException(failure.report());
        }

        @Override
        public void inputEnded(TaskDeployment deployment) {}

        @Override
        public void ended(TaskDeployment deployment, SubtaskEnd end) {
            how = end;
        }
    }

    private static final class Sum implements SinkFunction<Long> {
        private static final long serialVersionUID = 1L;
        private long sum;

        @Override
        public void invoke(Long value, Context context) {
            sum += value;
        }

        @Override
        public String toString() {
            return Long.toString(sum);
        }
    }

    private static final class Last<T> implements SinkFunction<T> {
        private static final long serialVersionUID = 1L;
        private T last;

        @Override
        public void invoke(T value, Context context) {
            last = value;
        }

        @Override
        public String toString() {
            return String.valueOf(last);
        }
    }
}
