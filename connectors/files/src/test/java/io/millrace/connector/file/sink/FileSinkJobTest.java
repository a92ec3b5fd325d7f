package io.millrace.connector.file.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.RichParallelSourceFunction;
import io.millrace.api.serialization.SimpleStringEncoder;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole jobs that write files. */
@Timeout(180)
class FileSinkJobTest {
    private static final AtomicInteger FAILURES = new AtomicInteger();
    private static final AtomicReference<WrittenFiles> WRITTEN = new AtomicReference<>();

    @TempDir Path temporary;
    private Path folder;

    @BeforeEach
    void nameFolder() {
        folder = temporary.resolve("out");
        FAILURES.set(0);
        WRITTEN.set(new WrittenFiles(folder));
    }

    /** Emits numbers, the second half slowly until the job has failed twice. */
    private static final class Numbers extends RichParallelSourceFunction<Long>
            implements CheckpointedFunction {
        private static final long serialVersionUID = 1L;
        private final long last;
        private transient ListState<Long> position;
        private long next;
        private volatile boolean running = true;

        Numbers(long last) {
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
                if (next > last / 2 && FAILURES.get() < 2) {
                    LockSupport.parkNanos(1_000_000);
                }
            }
        }

        @Override
        public void cancel() {
            running = false;
        }
    }

    /** Fails twice, each time when files that were not there before are seen. */
    private static final class FailsTwice implements MapFunction<Long, String> {
        private static final long serialVersionUID = 1L;
        private int records;

        @Override
        public String map(Long value) throws Exception {
            int failures = FAILURES.get();
            if (++records % 50 == 0
                    && failures < 2
                    && WRITTEN.get().visible().size() > 4 * (failures + 1)
                    && FAILURES.compareAndSet(failures, failures + 1)) {
                throw new IllegalStateException("fails twice");
            }
            return value.toString();
        }
    }

    private FileSink<String> sink() {
        return FileSink.forRowFormat(
                        new io.millrace.api.fs.Path(folder.toString()),
                        new SimpleStringEncoder<String>())
                .withBucketAssigner(
                        (record, context) -> "ends-with-" + record.charAt(record.length() - 1) % 2)
                .withRollingPolicy(DefaultRollingPolicy.builder().withMaxPartSize(300).build())
                .build();
    }

    @Test
    void shouldHaveEachRecordOnceInTheFilesOfAJobThatFailsTwice() throws Exception {
        long last = 20_000;
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.configure(
                Configuration.fromMap(
                        Map.of(
                                "execution.checkpointing.interval", "50 ms",
                                "execution.checkpointing.dir",
                                        temporary.resolve("checkpoints").toUri().toString(),
                                "restart-strategy.type", "fixed-delay",
                                "restart-strategy.fixed-delay.attempts", "10",
                                "restart-strategy.fixed-delay.delay", "10 ms")));
        env.setParallelism(2);
        env.addSource(new Numbers(last))
                .returns(Long.class)
                .map(new FailsTwice())
                .rebalance()
                .sinkTo(sink())
                .uid("files");
        env.execute("numbers");

        assertThat(FAILURES.get()).isEqualTo(2);
        assertThat(WRITTEN.get().lines())
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, last).mapToObj(Long::toString).toList());
        assertThat(WRITTEN.get().hidden()).isEmpty();
    }

    @Test
    void shouldWriteFilesForProgramsThatAddASink() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setParallelism(1);
        env.fromSequence(1, 10)
                .map(n -> n.toString())
                .returns(String.class)
                .addSink(
                        StreamingFileSink.forRowFormat(
                                        new io.millrace.api.fs.Path(folder.toString()),
                                        new SimpleStringEncoder<String>())
                                .withBucketAssigner(new BasePathBucketAssigner<>())
                                .withRollingPolicy(DefaultRollingPolicy.builder().build())
                                .build());
        env.execute("numbers");

        assertThat(WRITTEN.get().lines())
                .containsExactly("1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
    }

    @Test
    void shouldShowAllFilesAtTheEndOfAJobWithoutCheckpoints() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setParallelism(2);
        env.fromSequence(1, 1000).map(n -> n.toString()).returns(String.class).sinkTo(sink());
        env.execute("numbers");

        assertThat(WRITTEN.get().lines())
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, 1000).mapToObj(Long::toString).toList());
        assertThat(WRITTEN.get().hidden()).isEmpty();
    }
}
