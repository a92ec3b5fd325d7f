package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.function.MapFunction;
import io.millrace.api.function.RichSinkFunction;
import io.millrace.api.source.DataGeneratorSource;
import io.millrace.api.source.NumberSequenceSource;
import io.millrace.api.source.RateLimiterStrategy;
import io.millrace.api.state.CheckpointListener;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.type.Types;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Whole jobs that read sources made of splits, fail, and go on from a checkpoint. */
@Timeout(180)
class SplitSourceJobTest {

    /** What a test and the functions of its job see of each other. */
    private static final class Shared {
        final AtomicInteger failures = new AtomicInteger();
        final AtomicInteger restores = new AtomicInteger();
        final AtomicLong completed = new AtomicLong();

        /** How often each number has come, by the subtasks of the sink when they ended last. */
        final Map<Integer, Map<Long, Integer>> closed = new ConcurrentHashMap<>();

        Map<Long, Integer> seen() {
            Map<Long, Integer> seen = new TreeMap<>();
            closed.values()
                    .forEach(of -> of.forEach((n, times) -> seen.merge(n, times, Integer::sum)));
            return seen;
        }
    }

    private final Shared shared = new Shared();

    @RegisterExtension final SharedWithJob<Shared> test = new SharedWithJob<>(shared);

    @TempDir Path folder;

    /** Keeps all numbers in its state. */
    private static final class Numbers extends RichSinkFunction<Long>
            implements CheckpointedFunction, CheckpointListener {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;
        private transient ListState<Long> state;
        private transient Map<Long, Integer> seen;

        Numbers(SharedWithJob<Shared> test) {
            this.test = test;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            state =
                    context.getOperatorStateStore()
                            .getListState(new ListStateDescriptor<>("numbers", Types.LONG));
            seen = new TreeMap<>();
            for (long number : state.get()) {
                seen.merge(number, 1, Integer::sum);
            }
            if (context.isRestored()) {
                test.get().restores.incrementAndGet();
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            state.clear();
            for (Map.Entry<Long, Integer> number : seen.entrySet()) {
                for (int i = 0; i < number.getValue(); i++) {
                    state.add(number.getKey());
                }
            }
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            test.get().completed.accumulateAndGet(checkpointId, Math::max);
        }

        @Override
        public void invoke(Long number, Context context) {
            seen.merge(number, 1, Integer::sum);
        }

        @Override
        public void close() {
            int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
            test.get().closed.put(subtask, seen);
        }
    }

    /** Throws once, when a checkpoint is complete and a number above a limit comes. */
    private static final class FailsOnce implements MapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;
        private final long above;

        FailsOnce(SharedWithJob<Shared> test, long above) {
            this.test = test;
            this.above = above;
        }

        @Override
        public Long map(Long number) {
            Shared shared = test.get();
            if (number > above
                    && shared.completed.get() > 0
                    && shared.failures.compareAndSet(0, 1)) {
                throw new IllegalStateException("fails once");
            }
            return number;
        }
    }

    private JobResult run(JobGraph graph, Map<String, String> more) throws Exception {
        Map<String, String> options = new HashMap<>(graph.configuration());
        options.putAll(more);
        JobGraph configured =
                new JobGraph(
                        graph.jobId(), graph.jobName(), graph.vertices(), graph.edges(), options);
        return LocalJobs.run(2, 1, configured);
    }

    private Map<String, String> checkpoints() {
        return LocalJobs.checkpointsAndRestarts(folder.resolve("checkpoints"), "50 ms");
    }

    private void assertEachOnce(long from, long to) {
        assertThat(shared.seen()).hasSize((int) (to - from + 1));
        assertThat(shared.seen()).allSatisfy((number, times) -> assertThat(times).isEqualTo(1));
        assertThat(shared.seen().keySet().stream().mapToLong(n -> n).min()).hasValue(from);
        assertThat(shared.seen().keySet().stream().mapToLong(n -> n).max()).hasValue(to);
    }

    @Test
    void shouldEmitEachNumberOnceWithoutCheckpoints() throws Exception {
        JobGraph graph =
                CapturedProgram.graph(
                        2,
                        env ->
                                env.fromSource(
                                                new NumberSequenceSource(-3, 996),
                                                WatermarkStrategy.noWatermarks(),
                                                "numbers")
                                        .addSink(new Numbers(test)));

        JobResult result = run(graph, Map.of());

        assertThat(result.state()).isEqualTo(JobState.FINISHED);
        assertEachOnce(-3, 996);
    }

    @Test
    void shouldEmitEachNumberOnceWhenItFailsAndGoesOnFromACheckpoint() throws Exception {
        JobGraph graph =
                CapturedProgram.graph(
                        2,
                        env ->
                                env.fromSource(
                                                new DataGeneratorSource<>(
                                                        number -> number,
                                                        2000,
                                                        // not over before some checkpoints are
                                                        // complete
                                                        RateLimiterStrategy.perCheckpoint(500),
                                                        Types.LONG),
                                                WatermarkStrategy.noWatermarks(),
                                                "numbers")
                                        .rebalance()
                                        .map(new FailsOnce(test, 1000))
                                        .addSink(new Numbers(test)));

        JobResult result = run(graph, checkpoints());

        assertThat(result.state()).isEqualTo(JobState.FINISHED);
        assertThat(result.restarts()).isEqualTo(1);
        assertThat(shared.restores).hasPositiveValue();
        assertEachOnce(0, 1999);
    }
}
