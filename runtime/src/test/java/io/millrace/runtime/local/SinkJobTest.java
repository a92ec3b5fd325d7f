package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.RichParallelSourceFunction;
import io.millrace.api.sink.Committer;
import io.millrace.api.sink.CommitterInitContext;
import io.millrace.api.sink.CommittingSinkWriter;
import io.millrace.api.sink.Sink;
import io.millrace.api.sink.SinkWriter;
import io.millrace.api.sink.SupportsCommitter;
import io.millrace.api.sink.WriterInitContext;
import io.millrace.api.source.NumberSequenceSource;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.type.SimpleVersionedSerializer;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Whole jobs with a sink that commits. */
@Timeout(180)
class SinkJobTest {

    /** What a test and its job see of each other: the outside system that is written to. */
    private static final class Shared {
        final Map<Long, Boolean> committed = new ConcurrentHashMap<>();
        final List<Long> visible = new CopyOnWriteArrayList<>();
        final AtomicInteger commits = new AtomicInteger();
        final AtomicInteger failures = new AtomicInteger();

        /** Number of the attempt to commit that fails, 0 if none does. */
        volatile int failingCommit;
    }

    private final Shared shared = new Shared();

    @RegisterExtension final SharedWithJob<Shared> test = new SharedWithJob<>(shared);

    @TempDir Path folder;

    /** Commits batches of numbers; a batch is known by its first number. */
    private record NumberSink(SharedWithJob<Shared> test)
            implements Sink<Long>, SupportsCommitter<List<Long>> {
        @Override
        public SinkWriter<Long> createWriter(WriterInitContext context) {
            return new Writer();
        }

        @Override
        public Committer<List<Long>> createCommitter(CommitterInitContext context) {
            return new NumberCommitter(test.get());
        }

        @Override
        public SimpleVersionedSerializer<List<Long>> getCommittableSerializer() {
            return new Numbers();
        }
    }

    private static final class Writer implements CommittingSinkWriter<Long, List<Long>> {
        private List<Long> batch = new ArrayList<>();

        @Override
        public void write(Long element, Context context) {
            batch.add(element);
        }

        @Override
        public void flush(boolean endOfInput) {}

        @Override
        public Collection<List<Long>> prepareCommit() {
            List<Long> prepared = batch;
            batch = new ArrayList<>();
            return prepared.isEmpty() ? List.of() : List.of(prepared);
        }

        @Override
        public void close() {}
    }

    private record NumberCommitter(Shared shared) implements Committer<List<Long>> {
        @Override
        public void commit(Collection<CommitRequest<List<Long>>> committables) {
            for (CommitRequest<List<Long>> request : committables) {
                int attempt = shared.commits.incrementAndGet();
                if (attempt == shared.failingCommit) {
                    throw new IllegalStateException("commit " + attempt + " fails");
                } else if (attempt % 3 == 0) {
                    request.retryLater();
                } else if (shared.committed.put(request.getCommittable().get(0), true) == null) {
                    shared.visible.addAll(request.getCommittable());
                }
            }
        }

        @Override
        public void close() {}
    }

    private static final class Numbers implements SimpleVersionedSerializer<List<Long>> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(List<Long> numbers) {
            ByteBuffer bytes = ByteBuffer.allocate(numbers.size() * Long.BYTES);
            numbers.forEach(bytes::putLong);
            return bytes.array();
        }

        @Override
        public List<Long> deserialize(int version, byte[] serialized) {
            return LongStream.range(0, serialized.length / Long.BYTES)
                    .mapToObj(i -> ByteBuffer.wrap(serialized).getLong((int) i * Long.BYTES))
                    .toList();
        }
    }

    /** Emits numbers, the second half slowly until something was committed and the job failed. */
    private static final class Source extends RichParallelSourceFunction<Long>
            implements CheckpointedFunction {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;
        private final long last;
        private transient ListState<Long> position;
        private long next;
        private volatile boolean running = true;

        Source(SharedWithJob<Shared> test, long last) {
            this.test = test;
            this.last = last;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            position =
                    context.getOperatorStateStore()
                            .getListState(new ListStateDescriptor<>("position", Long.class));
            next = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() + 1;
            for (long restored : position.get()) {
                next = restored;
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            position.update(List.of(next));
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

    /** Fails once, as soon as something was committed. */
    private record FailsOnce(SharedWithJob<Shared> test) implements MapFunction<Long, Long> {
        @Override
        public Long map(Long value) {
            Shared shared = test.get();
            if (shared.committed.size() > 3 && shared.failures.compareAndSet(0, 1)) {
                throw new IllegalStateException("fails once");
            }
            return value;
        }
    }

    private static JobResult run(int workers, JobGraph graph) throws Exception {
        return LocalJobs.run(workers, 4 / workers, graph);
    }

    @Test
    void shouldCommitEachRecordOnceWhenTheJobFailsBetweenCheckpoints() throws Exception {
        long last = 20_000;
        Map<String, String> options = LocalJobs.checkpointsAndRestarts(folder, "50 ms");
        JobResult result =
                run(
                        2,
                        CapturedProgram.graph(
                                2,
                                env -> {
                                    env.configure(Configuration.fromMap(options));
                                    env.addSource(new Source(test, last))
                                            .returns(Long.class)
                                            .map(new FailsOnce(test))
                                            .rebalance()
                                            .sinkTo(new NumberSink(test))
                                            .name("numbers")
                                            .uid("numbers");
                                }));

        assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
        assertThat(result.restarts()).isEqualTo(1);
        assertThat(shared.visible.stream().sorted().toList())
                .isEqualTo(LongStream.rangeClosed(1, last).boxed().toList());
    }

    @Test
    void shouldCommitInTimeWhatTheLastCheckpointHoldsWhenAllElseHasEnded() throws Exception {
        shared.commits.set(1);
        shared.failingCommit = 2; // the next one is to be repeated after a pause
        Map<String, String> options = LocalJobs.checkpointsAndRestarts(folder, "1 h");
        options.put("restart-strategy.fixed-delay.attempts", "1");

        JobResult result =
                run(
                        1,
                        CapturedProgram.graph(
                                1,
                                env -> {
                                    env.configure(Configuration.fromMap(options));
                                    env.fromSource(
                                                    new NumberSequenceSource(1, 10),
                                                    WatermarkStrategy.forMonotonousTimestamps(),
                                                    "source")
                                            .sinkTo(new NumberSink(test));
                                }));

        assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
        assertThat(shared.commits).hasValue(4);
        assertThat(shared.visible).isEqualTo(LongStream.rangeClosed(1, 10).boxed().toList());
    }

    @Test
    void shouldCommitAtTheEndOfAJobWithoutCheckpoints() throws Exception {
        JobResult result =
                run(
                        1,
                        CapturedProgram.graph(
                                2, env -> env.fromSequence(1, 1000).sinkTo(new NumberSink(test))));

        assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
        assertThat(shared.visible)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, 1000).boxed().toList());
    }
}
