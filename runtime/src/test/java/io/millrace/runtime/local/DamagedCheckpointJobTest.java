package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.function.DiscardingSink;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.SinkFunction;
import io.millrace.api.function.SourceFunction;
import io.millrace.api.state.CheckpointListener;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A whole job that fails, and finds the files of its newest checkpoint damaged. */
@Timeout(180)
class DamagedCheckpointJobTest {
    private static final int KEYS = 7;
    private static final long LAST = 4_000;

    /** What a test and the functions of its job see of each other. */
    private static final class Shared implements KeyedSums.Shown {
        /** Where the checkpoints are. */
        private volatile Path folder;

        /** The newest checkpoint that was damaged; 0 before. */
        final AtomicLong damaged = new AtomicLong();

        /** The checkpoint before that one, from which the job went on; 0 before. */
        final AtomicLong wentOnFrom = new AtomicLong();

        final Map<Long, Long> sums = new ConcurrentHashMap<>();

        /** Checkpoints that have their metadata, by their ids. */
        NavigableMap<Long, Path> complete() {
            NavigableMap<Long, Path> complete = new TreeMap<>();
            try {
                for (Path path : CompleteCheckpoints.below(folder)) {
                    complete.put(CompleteCheckpoints.idOf(path), path);
                }
            } catch (IOException | UncheckedIOException e) {
                return new TreeMap<>(); // one was removed meanwhile
            }
            return complete;
        }

        @Override
        public Map<Long, Long> sums() {
            return sums;
        }
    }

    @TempDir Path folder;

    private final Shared shared = new Shared();

    @RegisterExtension final SharedWithJob<Shared> test = new SharedWithJob<>(shared);

    /** Emits numbers up to the last one, slowly until the job has gone on from what is whole. */
    private static final class Numbers implements SourceFunction<Long>, CheckpointedFunction {
        private static final long serialVersionUID = 1L;
        private final SharedWithJob<Shared> test;
        private transient ListState<Long> position;
        private long next = 1;
        private volatile boolean running = true;

        Numbers(SharedWithJob<Shared> test) {
            this.test = test;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            position =
                    context.getOperatorStateStore()
                            .getListState(new ListStateDescriptor<>("position", Long.class));
            Shared shared = test.get();
            long restored = context.getRestoredCheckpointId().orElse(0);
            if (restored > 0 && restored < shared.damaged.get()) {
                shared.wentOnFrom.set(restored);
            }
            for (long element : position.get()) {
                next = element;
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            position.update(List.of(next));
        }

        @Override
        public void run(SourceContext<Long> context) {
            while (running && next <= LAST) {
                synchronized (context.getCheckpointLock()) {
                    context.collect(next);
                    next++;
                }
                if (test.get().wentOnFrom.get() == 0) {
                    LockSupport.parkNanos(5_000_000);
                }
            }
        }

        @Override
        public void cancel() {
            running = false;
        }
    }

    /**
     * Damages the newest checkpoint and fails, again if the job has found a newer one that became
     * complete meanwhile.
     */
    private record Damages(SharedWithJob<Shared> test) implements MapFunction<Long, Long> {
        @Override
        public Long map(Long value) throws Exception {
            Shared shared = test.get();
            if (shared.wentOnFrom.get() == 0) {
                NavigableMap<Long, Path> complete = shared.complete();
                if (complete.size() >= 3) {
                    damage(complete.lastEntry().getValue());
                    shared.damaged.set(complete.lastKey());
                    throw new IllegalStateException("fails behind " + complete.lastKey());
                }
            }
            return value;
        }

        private static void damage(Path checkpoint) throws IOException {
            List<Path> files;
            try (Stream<Path> all = Files.list(checkpoint)) {
                files = all.filter(path -> !path.endsWith("_metadata")).toList();
            }
            for (Path file : files) {
                byte[] content = Files.readAllBytes(file);
                for (int at = 0; at < content.length; at++) {
                    content[at] ^= 1;
                }
                Files.write(file, content);
            }
        }
    }

    /** Hears of complete checkpoints, and might have done something about it. */
    private static final class Listens implements SinkFunction<Long>, CheckpointListener {
        private static final long serialVersionUID = 1L;

        @Override
        public void invoke(Long value, Context context) {}

        @Override
        public void notifyCheckpointComplete(long checkpointId) {}
    }

    private JobResult run(SinkFunction<Long> sink) throws Exception {
        shared.folder = folder;
        JobGraph graph =
                CapturedProgram.graph(
                        1,
                        env -> {
                            Map<String, String> options =
                                    LocalJobs.checkpointsAndRestarts(folder, "30 ms");
                            options.put("restart-strategy.fixed-delay.attempts", "1000");
                            options.put("execution.checkpointing.num-retained", "4");
                            // so that what is damaged belongs to one checkpoint
                            options.put("execution.checkpointing.incremental", "false");
                            env.configure(Configuration.fromMap(options));
                            env.addSource(new Numbers(test))
                                    .returns(Long.class)
                                    .map(new Damages(test))
                                    .keyBy(i -> i % KEYS)
                                    .map(new KeyedSums(test, KEYS))
                                    .uid("sums")
                                    .addSink(sink)
                                    .name("behind");
                        });
        return LocalJobs.run(1, 1, graph);
    }

    @Test
    void shouldGoOnFromTheCheckpointBeforeAndCountEachRecordOnce() throws Exception {
        JobResult result = run(new DiscardingSink<>());

        assertThat(result.state()).as("%s", result.failure()).isEqualTo(JobState.FINISHED);
        assertThat(shared.wentOnFrom.get()).isBetween(1L, shared.damaged.get() - 1);
        assertThat(new TreeMap<>(shared.sums)).isEqualTo(LocalJobs.sumsByRemainder(1, LAST, KEYS));
    }

    @Test
    void shouldEndAndNameWhoMayHaveActedOnWhatIsDamagedAndWhereToGoOn() throws Exception {
        JobResult result = run(new Listens());

        assertThat(result.state()).isEqualTo(JobState.FAILED);
        assertThat(shared.wentOnFrom.get()).isZero();
        NavigableMap<Long, Path> left = shared.complete();
        assertThat(result.failure().summary())
                .contains("behind", "chk-" + shared.damaged.get() + "/worker-")
                .contains(left.lowerEntry(shared.damaged.get()).getValue().toString());
    }
}
