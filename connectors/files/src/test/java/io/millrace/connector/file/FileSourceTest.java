package io.millrace.connector.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.CloseableIterator;
import io.millrace.api.Configuration;
import io.millrace.api.JobClient;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.RichSinkFunction;
import io.millrace.api.state.CheckpointListener;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.stream.DataStream;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.type.Types;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that read files. */
@Timeout(120)
class FileSourceTest {
    private static final Map<String, Shared> SHARED = new ConcurrentHashMap<>();

    /** What a test and the functions of its job see of each other. */
    private static final class Shared {
        final AtomicInteger failures = new AtomicInteger();

        /** Lines that still come before the one at which the job fails. */
        final AtomicLong untilFailure = new AtomicLong(Long.MAX_VALUE);

        /** Checkpoints that sinks were told of. */
        final BlockingQueue<Long> completed = new LinkedBlockingQueue<>();

        final Map<Integer, List<String>> closed = new ConcurrentHashMap<>();
        final BlockingQueue<String> arrived = new LinkedBlockingQueue<>();

        List<String> lines() {
            List<String> lines = new ArrayList<>();
            closed.values().forEach(lines::addAll);
            lines.sort(null);
            return lines;
        }
    }

    private final String name = "test-" + System.identityHashCode(this);
    private final Shared shared = new Shared();

    @TempDir Path folder;

    @BeforeEach
    void remember() {
        SHARED.put(name, shared);
    }

    @AfterEach
    void forget() {
        SHARED.remove(name);
    }

    private static List<String> lines(String prefix, int count) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(prefix + "-" + i);
        }
        return lines;
    }

    private static void write(Path file, List<String> lines) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, lines);
    }

    private io.millrace.api.fs.Path input() {
        return new io.millrace.api.fs.Path(folder.resolve("in").toUri());
    }

    private DataStream<String> source(StreamExecutionEnvironment env) {
        return env.fromSource(
                FileSource.forRecordStreamFormat(new TextLineInputFormat(), input()).build(),
                WatermarkStrategy.noWatermarks(),
                "files");
    }

    @Test
    void shouldReadEachLineOfAllFilesInAllFoldersOnce() throws Exception {
        write(folder.resolve("in/a.txt"), lines("a", 1000));
        write(folder.resolve("in/deep/deeper/b.txt"), lines("b", 10));
        write(folder.resolve("in/empty.txt"), List.of());
        write(folder.resolve("in/_temporary/c.txt"), lines("c", 10));
        write(folder.resolve("in/.d.txt"), lines("d", 10));
        try (OutputStream out =
                new GZIPOutputStream(Files.newOutputStream(folder.resolve("in/e.gz")))) {
            out.write(String.join("\n", lines("e", 100)).getBytes(StandardCharsets.UTF_8));
        }
        List<String> expected = lines("a", 1000);
        expected.addAll(lines("b", 10));
        expected.addAll(lines("e", 100));

        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
        List<String> read = new ArrayList<>();
        try (CloseableIterator<String> all = source(env).executeAndCollect()) {
            all.forEachRemaining(read::add);
        }

        assertThat(read).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void shouldSayWhichPathIsNotThere() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
        source(env).print();

        assertThatThrownBy(env::execute)
                .hasMessageContaining("Input path")
                .hasMessageContaining("/in does not exist");
    }

    /** Fails once, where the test says. */
    private static final class FailsOnce implements MapFunction<String, String> {
        private static final long serialVersionUID = 1L;
        private final String name;

        FailsOnce(String name) {
            this.name = name;
        }

        @Override
        public String map(String line) {
            Shared shared = SHARED.get(name);
            if (shared.untilFailure.getAndDecrement() == 0) {
                shared.failures.incrementAndGet();
                throw new IllegalStateException("fails once");
            }
            return line;
        }
    }

    /** Keeps all lines in its state. */
    private static final class Lines extends RichSinkFunction<String>
            implements CheckpointedFunction, CheckpointListener {
        private static final long serialVersionUID = 1L;
        private final String name;
        private transient ListState<String> state;
        private transient List<String> lines;

        Lines(String name) {
            this.name = name;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            state =
                    context.getOperatorStateStore()
                            .getListState(new ListStateDescriptor<>("lines", Types.STRING));
            lines = new ArrayList<>();
            state.get().forEach(lines::add);
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            state.update(lines);
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            SHARED.get(name).completed.add(checkpointId);
        }

        @Override
        public void invoke(String line, Context context) {
            lines.add(line);
            SHARED.get(name).arrived.add(line);
        }

        @Override
        public void close() {
            int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
            SHARED.get(name).closed.put(subtask, lines);
        }
    }

    private StreamExecutionEnvironment checkpointed() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
        env.configure(
                Configuration.fromMap(
                        Map.of(
                                "execution.checkpointing.interval",
                                "50 ms",
                                "execution.checkpointing.dir",
                                folder.resolve("checkpoints").toUri().toString(),
                                "restart-strategy.type",
                                "fixed-delay",
                                "restart-strategy.fixed-delay.delay",
                                "10 ms")));
        return env;
    }

    @Test
    void shouldReadEachLineOnceWhenItFailsInTheMiddle() throws Exception {
        shared.untilFailure.set(4000);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            write(folder.resolve("in/" + i + ".txt"), lines("file" + i, 1000));
            expected.addAll(lines("file" + i, 1000));
        }
        try (OutputStream out =
                new GZIPOutputStream(Files.newOutputStream(folder.resolve("in/0-packed.gz")))) {
            out.write(String.join("\n", lines("packed", 1000)).getBytes(StandardCharsets.UTF_8));
        }
        expected.addAll(lines("packed", 1000));
        expected.sort(null);

        StreamExecutionEnvironment env = checkpointed();
        source(env).map(new FailsOnce(name)).addSink(new Lines(name));
        env.execute();

        assertThat(shared.failures).hasValue(1);
        assertThat(shared.lines()).isEqualTo(expected);
    }

    private JobClient watch() throws Exception {
        StreamExecutionEnvironment env = checkpointed();
        env.fromSource(
                        FileSource.forRecordStreamFormat(new TextLineInputFormat(), input())
                                .monitorContinuously(Duration.ofMillis(20))
                                .build(),
                        WatermarkStrategy.noWatermarks(),
                        "files")
                .map(new FailsOnce(name))
                .addSink(new Lines(name));
        return env.executeAsync();
    }

    /** The file is there as a whole when it is seen. */
    private void appear(String file, List<String> lines) throws IOException {
        write(folder.resolve("in/." + file), lines);
        Files.move(
                folder.resolve("in/." + file),
                folder.resolve("in/" + file),
                StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void shouldReadFilesThatComeLaterWhenItIsToldToWatch() throws Exception {
        write(folder.resolve("in/first.txt"), lines("first", 2));
        JobClient job = watch();
        assertThat(take(2)).containsExactlyInAnyOrderElementsOf(lines("first", 2));

        appear("second.txt", lines("second", 1));

        assertThat(take(1)).containsExactly("second-0");
        cancel(job);
        assertThat(shared.arrived).isEmpty();
    }

    @Test
    void shouldGoOnFromTheCheckpointThatHasTheFirstFilesWhenItFailsInALaterOne() throws Exception {
        List<String> expected = lines("a", 100);
        expected.addAll(lines("b", 100));
        write(folder.resolve("in/a.txt"), lines("a", 100));
        write(folder.resolve("in/b.txt"), lines("b", 100));
        JobClient job = watch();
        assertThat(take(200)).containsExactlyInAnyOrderElementsOf(expected);
        shared.completed.clear();
        for (int i = 0; i < 6; i++) { // of two sinks, so that the last began after the lines came
            assertThat(shared.completed.poll(60, TimeUnit.SECONDS)).isNotNull();
        }

        shared.untilFailure.set(0);
        appear("c.txt", lines("c", 100));

        expected.addAll(lines("c", 100));
        assertThat(take(100)).as("nothing of the first files").isEqualTo(lines("c", 100));
        cancel(job);
        assertThat(shared.failures).hasValue(1);
        assertThat(shared.lines()).containsExactlyInAnyOrderElementsOf(expected);
    }

    /** Until all has ended: the client is told as soon as it begins. */
    private static void cancel(JobClient job) throws Exception {
        job.cancel().get(60, TimeUnit.SECONDS);
        assertThatThrownBy(() -> job.getJobExecutionResult().get(60, TimeUnit.SECONDS))
                .hasMessageContaining("CANCEL");
    }

    private List<String> take(int count) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String line = shared.arrived.poll(60, TimeUnit.SECONDS);
            assertThat(line).as("the next line behind %s", lines).isNotNull();
            lines.add(line);
        }
        return lines;
    }

    @Test
    void shouldCutFilesIntoPartsThatMakeUpTheWhole() throws Exception {
        write(folder.resolve("in/a.txt"), lines("a", 100));
        long length = Files.size(folder.resolve("in/a.txt"));

        FileFinder.Found found =
                new FileFinder(List.of(input()), new TextLineInputFormat(), 100).find(Set.of());

        List<FileSourceSplit> splits = found.files().get(0).splits();
        assertThat(splits).hasSize((int) ((length + 99) / 100));
        long at = 0;
        for (FileSourceSplit split : splits) {
            assertThat(split.range().offset()).isEqualTo(at);
            assertThat(split.range().length()).isBetween(1L, 100L);
            at += split.range().length();
        }
        assertThat(at).isEqualTo(length);
    }
}
