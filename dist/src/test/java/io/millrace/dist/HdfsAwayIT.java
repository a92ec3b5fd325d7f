package io.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.example.jobs.NumbersToFiles;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A job whose checkpoints and record lie on an HDFS that is away for a while. */
class HdfsAwayIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final long NUMBERS = 100_000;

    private static Cluster cluster;
    private static YarnView yarn;

    @TempDir Path folder;

    private Gate gate;
    private Path output;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = Cluster.get();
        yarn = cluster.yarn();
    }

    @BeforeEach
    void makeFolder() {
        gate = new Gate(folder.resolve("gate"), cluster);
        output = folder.resolve("output");
    }

    @AfterEach
    void endWhatStillRuns() throws Exception {
        yarn.killWhatRuns();
    }

    @ParameterizedTest
    @EnumSource
    void shouldRunOnAndLoseNothingWhileHdfsIsAway(MiniHadoopProcess.Daemon daemon)
            throws Exception {
        Terminal.Running running = start();
        String id = running.awaitApplicationId();
        gate.awaitFiles(id, "complete-", 4);
        List<Long> jvms = jvms(id);

        cluster.hadoop().stop(daemon);
        String warned;
        try {
            int complete = gate.files("complete-").size();
            int written = files().size();
            await(id, "three files more", () -> files().size() >= written + 3);
            warned = awaitWarning(id, running);
            // those that were complete when it went away were still told
            assertThat(gate.files("complete-").size()).isLessThanOrEqualTo(complete + 4);
        } finally {
            cluster.hadoop().start(daemon);
        }
        int complete = gate.files("complete-").size();
        gate.awaitFiles(id, "complete-", complete + 6);
        assertThat(jvms(id)).as("the processes").isEqualTo(jvms);
        gate.open();

        Terminal.Result result = running.await();
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(warned).containsPattern("[1-9]\\d* checkpoints in a row have failed");
        assertThat(yarn.attempts(id)).isEqualTo(1);
        assertThat(gate.files("restored-")).as("tasks that began from a checkpoint").isEmpty();
        assertThat(committedLines()).isEqualTo(NumbersToFiles.lines(NUMBERS));
    }

    /** What the command that waits for the job shows its user of it. */
    private String awaitWarning(String id, Terminal.Running running) throws Exception {
        await(id, "a warning", () -> running.output().contains("checkpoints in a row have failed"));
        return running.output();
    }

    private static void await(String id, String what, Callable<Boolean> condition)
            throws Exception {
        Conditions.await(what, LIMIT, condition::call, () -> cluster.describe(id));
    }

    private static List<Long> jvms(String applicationId) {
        return ContainerProcesses.jvms(applicationId).stream()
                .map(ProcessHandle::pid)
                .sorted()
                .toList();
    }

    /** All that the sink has begun to write, visible or not. */
    private List<Path> files() throws IOException {
        if (!Files.exists(output)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(output)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private List<String> committedLines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path file : files()) {
            if (!output.relativize(file).toString().startsWith(".")) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        lines.sort(null);
        return lines;
    }

    private Terminal.Running start() throws Exception {
        return cluster.terminal()
                .start(
                        Terminal.words(
                                "run-application -t yarn-application -p 2",
                                Cluster.SMALL_CONTAINERS,
                                "-D execution.checkpointing.interval=300ms",
                                "-D execution.checkpointing.timeout=2s",
                                "-D execution.checkpointing.dir=/checkpoints/hdfs-away",
                                // else a call takes ten seconds to find that out
                                "-D flink.hadoop.ipc.client.connect.max.retries=1",
                                "-D flink.hadoop.ipc.client.connect.retry.interval=100",
                                "-c org.example.jobs.NumbersToFiles",
                                cluster.jobs().toString(),
                                Long.toString(NUMBERS),
                                gate.folder().toString(),
                                output.toUri().toString()));
    }
}
