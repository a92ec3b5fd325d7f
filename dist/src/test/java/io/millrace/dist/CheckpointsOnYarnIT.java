package io.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Jobs with checkpoints on HDFS, whose processes are killed. */
class CheckpointsOnYarnIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final long NUMBERS = 20_000;

    /** How many checkpoint ids a master reserves at a time. */
    private static final long IDS_RESERVED = 1000;

    private static Cluster cluster;
    private static YarnView yarn;

    @TempDir Path folder;

    private Gate gate;
    private String checkpoints;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = Cluster.get();
        yarn = cluster.yarn();
    }

    @BeforeEach
    void makeFolder(TestInfo test) throws IOException {
        gate = new Gate(folder.resolve("gate"), cluster);
        checkpoints = "/checkpoints/" + test.getTestMethod().orElseThrow().getName();
        cluster.hdfs().delete(new org.apache.hadoop.fs.Path(checkpoints), true);
    }

    @AfterEach
    void endWhatStillRuns() throws Exception {
        yarn.killWhatRuns();
    }

    @Test
    void shouldGoOnFromTheLastCheckpointWhenAWorkerIsKilled() throws Exception {
        Terminal.Running running = start();
        String id = running.awaitApplicationId();
        gate.awaitFiles(id, "complete-", 1);

        ContainerProcesses.kill(id, jvm -> !ContainerProcesses.isApplicationMaster(jvm));
        gate.awaitFiles(id, "arrived-", 2);
        gate.open();

        Terminal.Result result = running.await();
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(yarn.attempts(id)).isEqualTo(1);
        assertSumsAreExact();
    }

    /** One of its sources has finished by then, the other waits in the middle of its work. */
    @Test
    void shouldGoOnWithEveryTaskWhenTheApplicationMasterIsKilled() throws Exception {
        Terminal.Running running = start();
        String id = running.awaitApplicationId();
        gate.awaitFiles(id, "complete-", 1);
        List<Long> workers = workers(id);
        long newest = newestComplete();

        ContainerProcesses.kill(id, ContainerProcesses::isApplicationMaster);
        // the next master's ids begin behind all that were reserved
        Conditions.await(
                "checkpoints of the second application master",
                LIMIT,
                () -> newestComplete() > Math.max(newest, IDS_RESERVED),
                () -> "there are " + gate.files("") + "; " + cluster.describe(id));
        assertThat(workers(id)).as("workers").isEqualTo(workers);
        gate.open();

        Terminal.Result result = running.await();
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(yarn.attempts(id)).isEqualTo(2);
        assertThat(gate.files("arrived-")).as("starts of the source at the gate").hasSize(1);
        assertThat(gate.files("restored-")).as("tasks that began from a checkpoint").isEmpty();
        assertThat(sums()).isEqualTo(expectedSums());
    }

    private static List<Long> workers(String applicationId) {
        return ContainerProcesses.jvms(applicationId).stream()
                .filter(jvm -> !ContainerProcesses.isApplicationMaster(jvm))
                .map(ProcessHandle::pid)
                .sorted()
                .toList();
    }

    private long newestComplete() {
        return gate.files("complete-").stream()
                .mapToLong(file -> Long.parseLong(file.getFileName().toString().split("-")[1]))
                .max()
                .orElse(0);
    }

    @Test
    void shouldReadEachLineOfFilesOnHdfsOnceWhenAWorkerIsKilled() throws Exception {
        String input = checkpoints + "-input";
        for (int file = 0; file < 8; file++) {
            StringBuilder lines = new StringBuilder();
            for (long number = file; number < NUMBERS; number += 8) {
                lines.append(number).append('\n');
            }
            try (OutputStream out =
                    cluster.hdfs()
                            .create(
                                    new org.apache.hadoop.fs.Path(
                                            input + "/" + file % 3 + "/" + file + ".txt"))) {
                out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
        Terminal.Running running =
                startWith(input, "run-application -t yarn-application -p 2", "FileSums");
        String id = running.awaitApplicationId();
        gate.awaitFiles(id, "complete-", 2);

        ContainerProcesses.kill(id, jvm -> !ContainerProcesses.isApplicationMaster(jvm));
        gate.awaitFiles(id, "restored-", 2);
        gate.open();

        Terminal.Result result = running.await();
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(yarn.attempts(id)).isEqualTo(1);
        assertThat(sums()).isEqualTo(expectedSums());
    }

    @Test
    void shouldGoOnFromAMovedCheckpointWithTwiceTheParallelism() throws Exception {
        Terminal.Running running =
                start("run-application -t yarn-application -p 2", "PartitionedSums");
        String id = running.awaitApplicationId();
        gate.awaitFiles(id, "complete-", 1);
        assertThat(cluster.terminal().run("cancel", id).exitCode()).isZero();
        running.await();
        FileStatus[] jobFolders =
                cluster.hdfs().listStatus(new org.apache.hadoop.fs.Path(checkpoints));
        assertThat(jobFolders).hasSize(1);
        org.apache.hadoop.fs.Path moved =
                new org.apache.hadoop.fs.Path(checkpoints, "moved to here");
        assertThat(cluster.hdfs().rename(jobFolders[0].getPath(), moved)).isTrue();
        gate.open();

        Terminal.Result inspected = cluster.terminal().run("inspect", moved.toString(), "--verify");
        assertThat(inspected.exitCode()).as(inspected.output()).isZero();
        assertThat(inspected.output())
                .contains("numbers", "sums", "parallelism 2", "all sums hold");
        Terminal.Result result = start("run -p 4 -s", "PartitionedSums", moved).await();

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertSumsAreExact();
        assertThat(cluster.hdfs().exists(moved)).as("not claimed").isTrue();
    }

    @Test
    void shouldGoOnFromTheMovedSavepointThatHasStoppedIt() throws Exception {
        Terminal.Running running =
                start("run-application -t yarn-application -p 2", "PartitionedSums");
        String id = running.awaitApplicationId();
        gate.awaitFiles(id, "complete-", 1);

        Terminal.Result checkpointed = cluster.terminal().run("checkpoint", id);
        assertThat(checkpointed.exitCode()).as(checkpointed.output()).isZero();
        assertThat(checkpointed.output())
                .containsPattern("Checkpoint completed\\. Path: .*/[0-9a-f]{32}/chk-\\d+\n");
        Terminal.Result detached =
                cluster.terminal().run("savepoint", "--detached", id, checkpoints + "/detached");
        assertThat(detached.exitCode()).as(detached.output()).isZero();
        assertThat(detached.output()).contains("Savepoint triggered. Trigger id: ");
        Terminal.Result saved =
                cluster.terminal().run("savepoint", id, checkpoints + "/savepoints");
        Terminal.Result status = cluster.terminal().run("status", id);
        Terminal.Result stopped =
                cluster.terminal().run("stop", "-p", checkpoints + "/savepoints", id);
        Terminal.Result ended = running.await();

        assertThat(saved.exitCode()).as(saved.output()).isZero();
        assertThat(status.output()).contains("savepoint   complete", savepointOf(saved));
        assertThat(stopped.exitCode()).as(stopped.output()).isZero();
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        assertThat(gate.files("arrived-")).as("subtasks at the gate").isNotEmpty();
        assertThat(savepointOf(stopped)).isNotEqualTo(savepointOf(saved));
        org.apache.hadoop.fs.Path moved =
                new org.apache.hadoop.fs.Path(checkpoints, "moved to here");
        assertThat(
                        cluster.hdfs()
                                .rename(new org.apache.hadoop.fs.Path(savepointOf(stopped)), moved))
                .isTrue();
        gate.open();
        Terminal.Result result = start("run -p 4 -s", "PartitionedSums", moved).await();
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertSumsAreExact();
    }

    @Test
    void shouldGoOnInRocksDbFromASavepointOfManagedMemoryAndThenFromItsOwnCheckpoint()
            throws Exception {
        Terminal.Running managed =
                start("run-application -t yarn-application -p 2", "PartitionedSums");
        String first = managed.awaitApplicationId();
        gate.awaitFiles(first, "complete-", 1);
        Terminal.Result stopped =
                cluster.terminal().run("stop", "-p", checkpoints + "/savepoints", first);
        assertThat(stopped.exitCode()).as(stopped.output()).isZero();
        managed.await();
        long newest = newestComplete();

        Terminal.Running running =
                start(
                        "run -t yarn-per-job -D state.backend.type=rocksdb -p 4 -s",
                        "PartitionedSums",
                        new org.apache.hadoop.fs.Path(savepointOf(stopped)));
        String id = running.awaitApplicationId();
        Conditions.await(
                "a checkpoint of the second job",
                LIMIT,
                () -> newestComplete() > newest,
                () -> "there are " + gate.files("") + "; " + cluster.describe(id));
        assertThat(workers(id)).isNotEmpty().allMatch(CheckpointsOnYarnIT::hasRocksDb);
        ContainerProcesses.kill(id, jvm -> !ContainerProcesses.isApplicationMaster(jvm));
        gate.open();

        Terminal.Result result = running.await();
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertSumsAreExact();
    }

    private static boolean hasRocksDb(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/maps")).contains("librocksdbjni");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String savepointOf(Terminal.Result result) {
        return result.output()
                .lines()
                .filter(line -> line.startsWith("Savepoint completed. Path: "))
                .map(line -> line.substring(line.indexOf(": ") + 2))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No savepoint in: " + result.output()));
    }

    @Test
    void shouldAskForNothingWhenThereIsNothingToBeginWith() throws Exception {
        Set<String> before = yarn.applications();
        org.apache.hadoop.fs.Path none = new org.apache.hadoop.fs.Path(checkpoints, "none");

        Terminal.Result perJob = start("run -p 4 -s", "PartitionedSums", none).await();
        Terminal.Result application =
                start("run-application -p 4 -s", "PartitionedSums", none).await();

        for (Terminal.Result result : List.of(perJob, application)) {
            assertThat(result.exitCode()).as(result.output()).isEqualTo(2);
            assertThat(result.output()).contains("no savepoint or checkpoint at " + none);
        }
        assertThat(yarn.applications()).isEqualTo(before);
    }

    static Stream<Arguments> unusable() {
        return Stream.of(
                Arguments.of("_metadata.pending", new byte[0], "was not completed"),
                Arguments.of("_metadata", new byte[20], "is no checkpoint's metadata"),
                Arguments.of(
                        "_metadata",
                        Arrays.copyOf("MRCM\0c".getBytes(StandardCharsets.ISO_8859_1), 40),
                        "has version 99"));
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void shouldAskForNothingWhenWhatIsThereCannotBeUsed(
            String file, byte[] content, String sentence) throws Exception {
        Set<String> before = yarn.applications();
        org.apache.hadoop.fs.Path place = new org.apache.hadoop.fs.Path(checkpoints, "unusable");
        org.apache.hadoop.fs.Path metadata = new org.apache.hadoop.fs.Path(place, file);
        try (OutputStream out = cluster.hdfs().create(metadata)) {
            out.write(content);
        }

        Terminal.Result result = start("run-application -p 4 -s", "PartitionedSums", place).await();

        assertThat(result.exitCode()).as(result.output()).isEqualTo(2);
        assertThat(result.output()).contains(place.toString(), sentence).doesNotContain("\tat ");
        assertThat(yarn.applications()).isEqualTo(before);
    }

    private Terminal.Running start() throws Exception {
        return start("run-application -t yarn-application -p 2", "CheckpointedSums");
    }

    private Terminal.Running start(
            String command, String job, org.apache.hadoop.fs.Path... startingState)
            throws Exception {
        return startWith(Long.toString(NUMBERS), command, job, startingState);
    }

    private Terminal.Running startWith(
            String argument, String command, String job, org.apache.hadoop.fs.Path... startingState)
            throws Exception {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        for (org.apache.hadoop.fs.Path path : startingState) {
            words.add(path.toString());
        }
        words.addAll(
                List.of(
                        String.join(
                                        " ",
                                        Cluster.SMALL_CONTAINERS,
                                        "-D execution.checkpointing.interval=300ms",
                                        "-D execution.checkpointing.dir=" + checkpoints,
                                        "-c org.example.jobs." + job,
                                        cluster.jobs().toString(),
                                        argument,
                                        gate.folder().toString())
                                .split(" ")));
        return cluster.terminal().start(words.toArray(String[]::new));
    }

    /** Sums that were lost are too small, those counted twice too large. */
    private void assertSumsAreExact() throws IOException {
        assertThat(sums()).isEqualTo(expectedSums());
        List<Long> restored = new ArrayList<>();
        for (Path file : gate.files("restored-")) {
            restored.add(Long.parseLong(file.getFileName().toString().split("-")[1]));
        }
        assertThat(restored).as("positions restored").anyMatch(next -> next >= NUMBERS / 2);
    }

    private static Map<Long, Long> expectedSums() {
        Map<Long, Long> expected = new TreeMap<>();
        for (long number = 0; number < NUMBERS; number++) {
            expected.merge(number % 10, number, Long::sum);
        }
        return expected;
    }

    private Map<Long, Long> sums() throws IOException {
        Map<Long, Long> sums = new TreeMap<>();
        for (Path file : gate.files("sums-")) {
            for (String line : Files.readAllLines(file)) {
                String[] words = line.split(" ");
                sums.merge(Long.parseLong(words[0]), Long.parseLong(words[1]), Math::max);
            }
        }
        return sums;
    }
}
