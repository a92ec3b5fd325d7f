package io.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.example.jobs.NumbersToFiles;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** A job that writes files on HDFS, whose processes are killed. */
class FilesOnYarnIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final long NUMBERS = 100_000;

    private static Cluster cluster;
    private static YarnView yarn;

    @TempDir Path folder;

    private Gate gate;
    private String checkpoints;
    private String output;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = Cluster.get();
        yarn = cluster.yarn();
    }

    @BeforeEach
    void makeFolder(TestInfo test) throws IOException {
        gate = new Gate(folder.resolve("gate"), cluster);
        checkpoints = "/checkpoints/" + test.getTestMethod().orElseThrow().getName();
        output = "/files/" + test.getTestMethod().orElseThrow().getName();
        cluster.hdfs().delete(new org.apache.hadoop.fs.Path(checkpoints), true);
        cluster.hdfs().delete(new org.apache.hadoop.fs.Path(output), true);
    }

    @AfterEach
    void endWhatStillRuns() throws Exception {
        yarn.killWhatRuns();
    }

    @Test
    void shouldHaveEachRecordOnceInTheFilesWhenWorkersAndTheApplicationMasterAreKilled()
            throws Exception {
        Terminal.Running running = start();
        String id = running.awaitApplicationId();
        gate.awaitFiles(id, "complete-", 4);
        awaitCommitted(id);

        int restored = 0;
        for (boolean master : new boolean[] {false, false, true}) {
            ContainerProcesses.kill(
                    id, jvm -> ContainerProcesses.isApplicationMaster(jvm) == master);
            restored += 2;
            int complete = gate.files("complete-").size();
            if (!master) {
                gate.awaitFiles(id, "restored-", restored);
            }
            gate.awaitFiles(id, "complete-", complete + 6);
        }
        gate.open();

        Terminal.Result result = running.await();
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(yarn.attempts(id)).isEqualTo(2);
        assertThat(lines()).isEqualTo(NumbersToFiles.lines(NUMBERS));
    }

    /** Lines of all files that a reader sees, sorted. */
    private List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (org.apache.hadoop.fs.Path file : committed()) {
            try (BufferedReader reader =
                    new BufferedReader(
                            new InputStreamReader(
                                    cluster.hdfs().open(file), StandardCharsets.UTF_8))) {
                reader.lines().forEach(lines::add);
            }
        }
        lines.sort(null);
        return lines;
    }

    private List<org.apache.hadoop.fs.Path> committed() throws IOException {
        org.apache.hadoop.fs.Path top = new org.apache.hadoop.fs.Path(output);
        List<org.apache.hadoop.fs.Path> found = new ArrayList<>();
        if (!cluster.hdfs().exists(top)) {
            return found;
        }
        var files = cluster.hdfs().listFiles(top, true);
        while (files.hasNext()) {
            org.apache.hadoop.fs.Path file = files.next().getPath();
            if (!file.toUri().getPath().contains("/.")) {
                found.add(file);
            }
        }
        return found;
    }

    private void awaitCommitted(String id) throws Exception {
        Conditions.await(
                "a committed file",
                LIMIT,
                () -> !committed().isEmpty(),
                () -> cluster.describe(id));
    }

    private Terminal.Running start() throws Exception {
        return cluster.terminal()
                .start(
                        Terminal.words(
                                "run-application -t yarn-application -p 2",
                                Cluster.SMALL_CONTAINERS,
                                "-D execution.checkpointing.interval=300ms",
                                "-D execution.checkpointing.dir=" + checkpoints,
                                "-c org.example.jobs.NumbersToFiles",
                                cluster.jobs().toString(),
                                Long.toString(NUMBERS),
                                gate.folder().toString(),
                                output));
    }
}
