package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Configuration;
import io.millrace.api.InvalidProgramException;
import io.millrace.api.function.DiscardingSink;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.RichParallelSourceFunction;
import io.millrace.api.function.SinkFunction;
import io.millrace.api.state.CheckpointListener;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.stream.DataStream;
import io.millrace.api.type.Types;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import io.millrace.runtime.state.TestedBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Whole jobs that take checkpoints into a folder, fail, and go on from the last one. */
@Timeout(180)
class CheckpointedJobTest {
    private static final int KEYS = 7;

    /** What a test and the functions of its job see of each other. */
    private static final class Shared implements KeyedSums.Shown {
        final AtomicInteger failures = new AtomicInteger();
        final AtomicInteger restores = new AtomicInteger();
        final AtomicLong completed = new AtomicLong();
        final Map<Long, Long> sums = new ConcurrentHashMap<>();

        @Override
        public Map<Long, Long> sums() {
            return sums;
        }
    }

    private final Shared shared = new Shared();

    @RegisterExtension final SharedWithJob<Shared> test = new SharedWithJob<>(shared);

    @TempDir Path folder;

    /**
     * Emits numbers up to a last one, and keeps where it is in a list. The second half comes slowly
     * until the job has failed, so that there are checkpoints to fail after.
     */
    private static final class Numbers extends RichParallelSourceFunction<Long>
            implements CheckpointedFunction, CheckpointListener {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;
        private final long last;
        private transient ListState<Long> position;
        private long next;
        private volatile boolean running = true;

        Numbers(SharedWithJob<Shared> test, long last) {
            this.test = test;
            this.last = last;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            position =
                    context.getOperatorStateStore()
                            .getListState(new ListStateDescriptor<>("position", Long.class));
            next = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() + 1;
            if (context.isRestored()) {
                test.get().restores.incrementAndGet();
                for (long restored : position.get()) {
                    next = restored;
                }
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            position.update(List.of(next));
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            test.get().completed.accumulateAndGet(checkpointId, Math::max);
        }

        @Override
        public void run(SourceContext<Long> context) {
            int step = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
            while (running && next <= last) {
                synchronized (context.getCheckpointLock()) {
                    context.collect(next);
                    next += step;
                }
                if (next > last / 2 && test.get().failures.get() == 0) {
                    LockSupport.parkNanos(1_000_000);
                }
            }
        }

        @Override
        public void cancel() {
            running = false;
        }
    }

    /** Adds up the numbers of each key in a list of pairs, and tells the sums at each record. */
    private static final class Sums implements SinkFunction<Long>, CheckpointedFunction {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;
        private final Map<Long, Long> sums = new HashMap<>();
        private transient ListState<Map<Long, Long>> saved;

        Sums(SharedWithJob<Shared> test) {
            this.test = test;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            saved =
                    context.getOperatorStateStore()
                            .getListState(
                                    new ListStateDescriptor<>(
                                            "sums", Types.MAP(Types.LONG, Types.LONG)));
            for (Map<Long, Long> part : saved.get()) {
                sums.putAll(part);
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            saved.update(List.of(new HashMap<>(sums)));
        }

        @Override
        public void invoke(Long value, Context context) {
            sums.merge(value % KEYS, value, Long::sum);
            test.get().sums.put(value % KEYS, sums.get(value % KEYS));
        }
    }

    /** Fails once, as soon as a checkpoint is complete. */
    private record FailsOnce(SharedWithJob<Shared> test) implements MapFunction<Long, Long> {
        @Override
        public Long map(Long value) {
            Shared shared = test.get();
            if (shared.completed.get() >= 2 && shared.failures.compareAndSet(0, 1)) {
                throw new IllegalStateException("fails once");
            }
            return value;
        }
    }

    private JobGraph graph(CapturedProgram.Program program) throws Exception {
        return CapturedProgram.graph(
                2,
                env -> {
                    Map<String, String> options = LocalJobs.checkpointsAndRestarts(folder, "50 ms");
                    options.put("state.backend.type", TestedBackend.name());
                    env.configure(Configuration.fromMap(options));
                    program.build(env);
                });
    }

    private static JobResult run(int workers, JobGraph graph) throws Exception {
        return LocalJobs.run(workers, 4 / workers, graph);
    }

    @Test
    void shouldCountEachRecordOnceWhenFunctionFailsBetweenCheckpoints() throws Exception {
        long last = 200_000;
        JobResult result =
                run(
                        1,
                        graph(
                                env ->
                                        env.addSource(new Numbers(test, last))
                                                .returns(Long.class)
                                                .map(new FailsOnce(test))
                                                .keyBy(i -> i % KEYS)
                                                .addSink(new Sums(test))));

        assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
        assertThat(result.restarts()).isEqualTo(1);
        assertThat(shared.restores.get()).as("subtasks of the source restored").isEqualTo(2);
        assertThat(new TreeMap<>(shared.sums)).isEqualTo(LocalJobs.sumsByRemainder(1, last, KEYS));
        assertThat(filesLeft()).as("files of a job that finished").isEmpty();
    }

    @Test
    void shouldRestoreStateOfKeysOnTwoWorkers() throws Exception {
        long last = 100_000;
        JobResult result =
                run(
                        2,
                        graph(
                                env ->
                                        env.addSource(new Numbers(test, last))
                                                .returns(Long.class)
                                                .map(new FailsOnce(test))
                                                .keyBy(i -> i % KEYS)
                                                .map(new KeyedSums(test, KEYS))
                                                .addSink(new DiscardingSink<>())));

        assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
        assertThat(result.restarts()).isEqualTo(1);
        assertThat(new TreeMap<>(shared.sums)).isEqualTo(LocalJobs.sumsByRemainder(1, last, KEYS));
    }

    @Test
    void shouldNotRunAgainWhatHadFinishedInTheCheckpoint() throws Exception {
        long last = 100_000;
        AtomicLong all = new AtomicLong();
        JobResult result =
                run(
                        1,
                        graph(
                                env -> {
                                    // ends at once, long before the other source
                                    DataStream<Long> few = env.fromSequence(1, 1000);
                                    DataStream<Long> many =
                                            env.addSource(new Numbers(test, last))
                                                    .returns(Long.class);
                                    few.union(many)
                                            .map(new FailsOnce(test))
                                            .keyBy(i -> i % KEYS)
                                            .addSink(new Sums(test));
                                }));

        assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
        assertThat(result.restarts()).isEqualTo(1);
        shared.sums.values().forEach(all::addAndGet);
        assertThat(all.get()).isEqualTo(last * (last + 1) / 2 + 1000 * 1001 / 2);
    }

    @Test
    void shouldRefuseFilesThatACheckpointDoesNotKnow() {
        assertThatThrownBy(() -> graph(env -> env.fromSequence(1, 10).writeAsText("/tmp/x")))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("/tmp/x")
                .hasMessageContaining("execution.checkpointing.interval");
    }

    private List<Path> filesLeft() throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
