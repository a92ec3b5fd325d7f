package io.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.junit.jupiter.api.AfterAll;
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
    private static final String SIZES =
            "-D jobmanager.memory.process.size=1024m -D taskmanager.memory.process.size=1024m";

    private static Cluster cluster;
    private static YarnView yarn;
    private static Path jobs;

    @TempDir Path folder;

    private String checkpoints;
    private String output;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = Cluster.get();
        yarn = new YarnView(cluster.configuration());
        jobs = JobsJar.write(Path.of("target/jobs/files.jar").toAbsolutePath());
    }

    @AfterAll
    static void closeView() {
        if (yarn != null) {
            yarn.close();
        }
    }

    @BeforeEach
    void makeFolder(TestInfo test) throws IOException {
        checkpoints = "/checkpoints/" + test.getTestMethod().orElseThrow().getName();
        output = "/files/" + test.getTestMethod().orElseThrow().getName();
        cluster.hdfs().delete(new org.apache.hadoop.fs.Path(checkpoints), true);
        cluster.hdfs().delete(new org.apache.hadoop.fs.Path(output), true);
    }

    @AfterEach
    void endWhatStillRuns() throws Exception {
        for (String id : yarn.applications()) {
            YarnApplicationState state = yarn.report(id).getYarnApplicationState();
            if (state == YarnApplicationState.RUNNING || state == YarnApplicationState.ACCEPTED) {
                yarn.kill(id);
            }
        }
    }

    @Test
    void shouldHaveEachRecordOnceInTheFilesWhenWorkersAndTheApplicationMasterAreKilled()
            throws Exception {
        Terminal.Running running = start();
        String id = running.awaitApplicationId();
        awaitFiles(id, "complete-", 4);
        awaitCommitted(id);

        int restored = 0;
        for (boolean master : new boolean[] {false, false, true}) {
            kill(id, jvm -> ContainerProcesses.isApplicationMaster(jvm) == master);
            restored += 2;
            int complete = files("complete-").size();
            if (!master) {
                awaitFiles(id, "restored-", restored);
            }
            awaitFiles(id, "complete-", complete + 6);
        }
        open();

        Terminal.Result result = running.await();
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(yarn.attempts(id)).isEqualTo(2);
        assertThat(lines()).containsExactlyInAnyOrderElementsOf(expected());
    }

    private static List<String> expected() {
        return LongStream.range(0, NUMBERS).mapToObj(number -> "number " + number).toList();
    }

    /** Lines of all files that a reader sees. */
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
                "a committed file", LIMIT, () -> !committed().isEmpty(), () -> describe(id));
    }

    private Terminal.Running start() throws Exception {
        return cluster.terminal()
                .start(
                        String.join(
                                        " ",
                                        "run-application -t yarn-application -p 2",
                                        SIZES,
                                        "-D execution.checkpointing.interval=300ms",
                                        "-D execution.checkpointing.dir=" + checkpoints,
                                        "-c org.example.jobs.NumbersToFiles",
                                        jobs.toString(),
                                        Long.toString(NUMBERS),
                                        gate().toString(),
                                        output)
                                .split(" "));
    }

    private Path gate() {
        return folder.resolve("gate");
    }

    private void open() throws IOException {
        Files.createFile(gate().resolve("open"));
    }

    private static void kill(String applicationId, Predicate<ProcessHandle> which) {
        ProcessHandle victim =
                ContainerProcesses.jvms(applicationId).stream()
                        .filter(which)
                        .findFirst()
                        .orElseThrow();
        assertThat(victim.destroyForcibly()).isTrue();
    }

    private List<Path> files(String prefix) {
        try (Stream<Path> files = Files.list(gate())) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix)).toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private void awaitFiles(String applicationId, String prefix, int count) throws Exception {
        Conditions.await(
                count + " files " + prefix + "* at the gate",
                LIMIT,
                () -> {
                    if (yarn.report(applicationId).getFinalApplicationStatus()
                            != FinalApplicationStatus.UNDEFINED) {
                        throw new AssertionError("It has ended: " + describe(applicationId));
                    }
                    return files(prefix).size() >= count;
                },
                () -> "there are " + files("") + "; " + describe(applicationId));
    }

    private static String describe(String applicationId) {
        StringBuilder text = new StringBuilder();
        try {
            text.append(yarn.report(applicationId).getDiagnostics());
            for (Path log : cluster.hadoop().containerLogs(applicationId)) {
                List<String> lines = Files.readAllLines(log);
                text.append("\n==> ").append(log).append('\n');
                text.append(
                        String.join(
                                "\n", lines.subList(Math.max(0, lines.size() - 60), lines.size())));
            }
        } catch (Exception e) {
            text.append("(no more is known: ").append(e).append(')');
        }
        return text.toString();
    }
}
