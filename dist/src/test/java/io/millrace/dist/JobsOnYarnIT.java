package io.millrace.dist;

import static io.millrace.dist.Cluster.SMALL_CONTAINERS;
import static io.millrace.dist.Terminal.words;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The built distribution on real YARN and HDFS, as a user at an edge node sees it. */
class JobsOnYarnIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final long NUMBERS = 100_000;

    private static Cluster cluster;
    private static YarnView yarn;

    @TempDir Path folder;

    private Terminal terminal;
    private Gate gate;
    private String hdfsFolder;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = Cluster.get();
        yarn = cluster.yarn();
    }

    @BeforeEach
    void makeFolders(TestInfo test) throws IOException {
        terminal = cluster.terminal();
        gate = new Gate(folder.resolve("gate"), cluster);
        hdfsFolder = "/tests/" + test.getTestMethod().orElseThrow().getName();
        cluster.hdfs().delete(hdfs(""), true);
        cluster.hdfs().mkdirs(hdfs("input"));
    }

    @AfterEach
    void endWhatStillRuns() throws Exception {
        yarn.killWhatRuns();
    }

    // --- both modes ---

    @Test
    void shouldCountWordsInApplicationMode() throws Exception {
        Map<String, Long> expected = putText();

        Terminal.Result result = runWordCount("run-application", "yarn-application");

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(lines("output")).containsExactlyInAnyOrderElementsOf(asLines(expected));
        assertFinalStatus(result.applicationId(), FinalApplicationStatus.SUCCEEDED);
        assertThat(result.output()).contains("localization").contains("worker JVM");
    }

    @Test
    void shouldCountWordsInPerJobMode() throws Exception {
        Map<String, Long> expected = putText();

        Terminal.Result result = runWordCount("run", "yarn-per-job");

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(lines("output")).containsExactlyInAnyOrderElementsOf(asLines(expected));
        assertFinalStatus(result.applicationId(), FinalApplicationStatus.SUCCEEDED);
    }

    @Test
    void shouldTellWhatFunctionsHaveAddedUp() throws Exception {
        Map<String, Long> expected = putText();
        assertThat(expected).isNotEmpty();
        long lines = 0;
        for (FileStatus file : cluster.hdfs().listStatus(hdfs("input"))) {
            try (FSDataInputStream in = cluster.hdfs().open(file.getPath())) {
                lines += new String(in.readAllBytes(), UTF_8).lines().count();
            }
        }
        for (String mode : List.of("run-application -t yarn-application", "run -t yarn-per-job")) {
            Terminal.Result result =
                    terminal.run(
                            words(
                                    mode,
                                    "-p 2",
                                    SMALL_CONTAINERS,
                                    "-c io.millrace.examples.LineStatistics",
                                    examples().toString(),
                                    hdfsFolder + "/input",
                                    hdfsFolder + "/" + mode.replace(' ', '-')));

            assertThat(result.exitCode()).as(result.output()).isZero();
            assertThat(result.output())
                    .containsPattern("\\blines: " + lines + "\\b")
                    .containsPattern("\\blongest: \\d+")
                    .containsPattern("\\bnot blank.*text.blanks: \\d+");
        }
    }

    @Test
    void shouldBringTheRecordsOfAStreamBackToMain() throws Exception {
        Path sum = folder.resolve("sum.txt");

        Terminal.Result result =
                terminal.run(
                        words(
                                "run-application -t yarn-application -p 2",
                                SMALL_CONTAINERS,
                                "-c org.example.jobs.CollectedSquares",
                                cluster.jobs().toString(),
                                sum.toString()));

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(sum).hasContent("30000 records, their sum is 9000450005000");
        assertFinalStatus(result.applicationId(), FinalApplicationStatus.SUCCEEDED);
    }

    @Test
    void shouldRefuseToBringRecordsBackToAMainThatEndsBeforeItsJob() throws Exception {
        Terminal.Result result =
                terminal.run(
                        words(
                                "run -t yarn-per-job",
                                SMALL_CONTAINERS,
                                "-c org.example.jobs.CollectedSquares",
                                cluster.jobs().toString(),
                                folder.resolve("sum.txt").toString()));

        assertThat(result.exitCode()).as(result.output()).isEqualTo(2);
        assertThat(result.output())
                .contains("executeAndCollect() is not possible for job 'Squares'");
    }

    @Test
    void shouldRunAJarThatLiesOnHdfs() throws Exception {
        Map<String, Long> expected = putText();
        cluster.hdfs()
                .copyFromLocalFile(
                        new org.apache.hadoop.fs.Path(examples().toUri()), hdfs("examples.jar"));

        Terminal.Result result =
                terminal.run(
                        words(
                                "run-application -t yarn-application",
                                SMALL_CONTAINERS,
                                "-c io.millrace.examples.WordCount",
                                cluster.hdfs().makeQualified(hdfs("examples.jar")).toString(),
                                hdfsFolder + "/input",
                                hdfsFolder + "/output"));

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(lines("output")).containsExactlyInAnyOrderElementsOf(asLines(expected));
    }

    @Test
    void shouldStartContainersFromTheClassDataArchive() throws Exception {
        Map<String, Long> expected = putText();
        Path logs = Files.createDirectories(folder.resolve("loaded"));

        Terminal.Result result =
                terminal.run(
                        words(
                                "run-application -t yarn-application -p 2",
                                SMALL_CONTAINERS,
                                "-D env.java.opts.all=-Xlog:class+load:file=" + logs + "/%p.log",
                                "-c io.millrace.examples.WordCount",
                                examples().toString(),
                                hdfsFolder + "/input",
                                hdfsFolder + "/output"));

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(lines("output")).containsExactlyInAnyOrderElementsOf(asLines(expected));
        List<String> logged = new ArrayList<>();
        for (Path log : cluster.hadoop().containerLogs(result.applicationId())) {
            try (Stream<String> lines = Files.lines(log)) {
                lines.filter(line -> line.contains("class-data")).forEach(logged::add);
            }
        }
        try (Stream<Path> files = Files.list(logs)) {
            List<Path> processes = files.toList();
            assertThat(logged)
                    .hasSameSizeAs(processes)
                    .hasSizeGreaterThanOrEqualTo(2)
                    .allMatch(line -> line.contains("class-data/containers.jsa is in use"));
            for (Path process : processes) {
                LoadedClasses loaded = LoadedClasses.read(process);
                assertThat(loaded.shareFromArchive())
                        .as(loaded + "; record the classes anew with bin/record-classes.sh")
                        .isGreaterThan(0.9);
            }
        }
    }

    @Test
    void shouldListAndCancelADetachedJob() throws Exception {
        Terminal.Result started =
                terminal.run(
                        words(
                                "run-application -t yarn-application -d",
                                SMALL_CONTAINERS,
                                gatedSums()));
        assertThat(started.exitCode()).as(started.output()).isZero();
        assertThat(started.output()).contains("cancel");
        String id = started.applicationId();
        gate.awaitFiles(id, "arrived-", 1);

        assertThat(terminal.run("list").output()).contains(id);
        Terminal.Result cancelled = terminal.run("cancel", id);

        assertThat(cancelled.exitCode()).as(cancelled.output()).isZero();
        awaitEnd(id);
        assertFinalStatus(id, FinalApplicationStatus.KILLED);
        assertThat(cluster.hdfs().exists(hdfs("output"))).isFalse();
        assertThat(terminal.run("list").output()).doesNotContain(id);
    }

    @Test
    void shouldEndWithThreeWhenTheJobIsCancelledFromAnotherTerminal() throws Exception {
        Terminal.Running running =
                terminal.start(
                        words(
                                "run-application -t yarn-application",
                                SMALL_CONTAINERS,
                                gatedSums()));
        String id = running.awaitApplicationId();
        gate.awaitFiles(id, "arrived-", 1);

        assertThat(terminal.run("cancel", id).exitCode()).isZero();

        Terminal.Result result = running.await();
        assertThat(result.exitCode()).as(result.output()).isEqualTo(3);
    }

    @Test
    void shouldLeaveTheJobRunningOnCtrlC() throws Exception {
        Terminal.Running running =
                terminal.start(
                        words(
                                "run-application -t yarn-application",
                                SMALL_CONTAINERS,
                                gatedSums()));
        String id = running.awaitApplicationId();
        gate.awaitFiles(id, "arrived-", 1);

        running.interrupt();

        Terminal.Result result = running.await();
        assertThat(result.exitCode()).as(result.output()).isEqualTo(130);
        assertThat(result.output()).contains(id + " runs on").contains("cancel " + id);
        assertThat(yarn.report(id).getYarnApplicationState())
                .isEqualTo(YarnApplicationState.RUNNING);
        gate.open();
        Terminal.Result followed = terminal.run("follow", id);
        assertThat(followed.exitCode()).as(followed.output()).isZero();
        assertOutputIsExact();
    }

    @Test
    void shouldCancelTheJobOnCtrlCWhenAskedTo() throws Exception {
        Terminal.Running running =
                terminal.start(
                        words(
                                "run-application -t yarn-application -sae",
                                SMALL_CONTAINERS,
                                gatedSums()));
        String id = running.awaitApplicationId();
        gate.awaitFiles(id, "arrived-", 1);

        running.interrupt();

        assertThat(running.await().exitCode()).isEqualTo(130);
        assertFinalStatus(id, FinalApplicationStatus.KILLED);
    }

    @Test
    void shouldNotMindRandomBytesOnAnyPort() throws Exception {
        Terminal.Running running =
                terminal.start(
                        words(
                                "run-application -t yarn-application -p 2",
                                SMALL_CONTAINERS,
                                gatedSums()));
        String id = running.awaitApplicationId();
        gate.awaitFiles(id, "arrived-", 1);
        List<ProcessHandle> jvms = ContainerProcesses.jvms(id);
        assertThat(jvms).hasSize(3);
        Random random = new Random(42);
        for (ProcessHandle jvm : jvms) {
            Set<Integer> ports = ContainerProcesses.listeningPorts(jvm);
            assertThat(ports).isNotEmpty();
            for (int port : ports) {
                assertClosesOn(port, bytes(random, 4096));
                assertClosesOn(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
            }
        }
        gate.open();

        Terminal.Result result = running.await();
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).doesNotContain("Restart 1");
        assertOutputIsExact();
    }

    private static byte[] bytes(Random random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Whoever does not know the secret is hung up on, and learns nothing. */
    private static void assertClosesOn(int port, byte[] sent) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.getOutputStream().write(sent);
            assertThat(socket.getInputStream().readNBytes(1024)).hasSizeLessThan(256);
        } catch (SocketException e) {
            // Reset instead of closed: as good.
            assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
        }
    }

    // --- what dies ---

    @Test
    void shouldGiveTheSameResultWhenAWorkerIsKilled() throws Exception {
        Terminal.Running running =
                terminal.start(
                        words(
                                "run-application -t yarn-application -p 2",
                                SMALL_CONTAINERS,
                                gatedSums()));
        String id = running.awaitApplicationId();
        gate.awaitFiles(id, "arrived-", 1);

        ContainerProcesses.kill(id, jvm -> !ContainerProcesses.isApplicationMaster(jvm));
        gate.awaitFiles(id, "arrived-", 2);
        gate.open();

        Terminal.Result result = running.await();
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains("Restart 1 after a failure").contains("1 restart.");
        assertOutputIsExact();
        assertThat(yarn.attempts(id)).isEqualTo(1);
    }

    @Test
    void shouldGiveTheSameResultWhenTheApplicationMasterIsKilled() throws Exception {
        Terminal.Running running =
                terminal.start(
                        words(
                                "run-application -t yarn-application -p 2",
                                SMALL_CONTAINERS,
                                gatedSums()));
        String id = running.awaitApplicationId();
        gate.awaitFiles(id, "arrived-", 1);

        ContainerProcesses.kill(id, ContainerProcesses::isApplicationMaster);
        // its tasks finish while there is no master, or a new one
        gate.open();

        Terminal.Result result = running.await();
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertOutputIsExact();
        assertThat(yarn.attempts(id)).isEqualTo(2);
        assertThat(gate.files("arrived-")).as("starts of the source at the gate").hasSize(1);
    }

    @Test
    void shouldSayThatAWorkerWasKilledForItsMemory() throws Exception {
        Terminal.Result result =
                terminal.run(
                        words(
                                "run-application -t yarn-application",
                                SMALL_CONTAINERS,
                                "-D restart-strategy.type=none -c org.example.jobs.MemoryHog",
                                cluster.jobs().toString()));

        assertThat(result.exitCode()).as(result.output()).isEqualTo(1);
        assertThat(result.output())
                .contains("was killed by its node")
                .contains("physical memory")
                .contains("taskmanager.memory.");
        assertFinalStatus(result.applicationId(), FinalApplicationStatus.FAILED);
        assertThat(yarn.report(result.applicationId()).getDiagnostics())
                .contains("physical memory");
    }

    @Test
    void shouldPutTheRootCauseFirstWhenAUserFunctionFails() throws Exception {
        Terminal.Result result =
                terminal.run(
                        words(
                                "run-application -t yarn-application",
                                SMALL_CONTAINERS,
                                "-D restart-strategy.type=none -c org.example.jobs.FailingMap",
                                cluster.jobs().toString()));

        assertThat(result.exitCode()).as(result.output()).isEqualTo(1);
        assertThat(result.output())
                .contains("forty-two is not allowed")
                .contains("picky function")
                .contains("FailingMap.check");
        String id = result.applicationId();
        assertFinalStatus(id, FinalApplicationStatus.FAILED);
        assertThat(yarn.attempts(id)).isEqualTo(1);
        assertThat(yarn.report(id).getDiagnostics())
                .contains("forty-two is not allowed")
                .contains("picky function")
                .contains("42");
    }

    // --- refused in the application master ---

    @Test
    void shouldRefuseAMissingInputInTheApplicationMasterWithoutAnotherAttempt() throws Exception {
        Terminal.Result result =
                terminal.run(
                        words(
                                "run-application -t yarn-application",
                                SMALL_CONTAINERS,
                                "-c io.millrace.examples.WordCount",
                                examples().toString(),
                                "/no/such/input",
                                hdfsFolder + "/output"));

        assertThat(result.exitCode()).as(result.output()).isEqualTo(2);
        assertThat(result.output()).contains("/no/such/input");
        String id = result.applicationId();
        assertFinalStatus(id, FinalApplicationStatus.FAILED);
        assertThat(yarn.attempts(id)).isEqualTo(1);
        assertThat(yarn.report(id).getDiagnostics()).contains("/no/such/input");
    }

    @Test
    void shouldRefuseAnOutputThatExistsInTheApplicationMaster() throws Exception {
        putText();
        cluster.hdfs().create(hdfs("output/part")).close();

        Terminal.Result result = runWordCount("run-application", "yarn-application");

        assertThat(result.exitCode()).as(result.output()).isEqualTo(2);
        assertThat(result.output()).contains(hdfsFolder + "/output").contains("exist");
        assertThat(yarn.attempts(result.applicationId())).isEqualTo(1);
    }

    // --- what the tests are made of ---

    private org.apache.hadoop.fs.Path hdfs(String name) {
        return new org.apache.hadoop.fs.Path(name.isEmpty() ? hdfsFolder : hdfsFolder + "/" + name);
    }

    private static Path examples() {
        return Cluster.DISTRIBUTION.resolve("examples/millrace-examples.jar");
    }

    private Terminal.Result runWordCount(String command, String target) throws Exception {
        return terminal.run(
                words(
                        command + " -t " + target + " -p 2",
                        SMALL_CONTAINERS,
                        "-c io.millrace.examples.WordCount",
                        examples().toString(),
                        "--input " + hdfsFolder + "/input --output " + hdfsFolder + "/output"));
    }

    /** Puts the Jargon File on HDFS, in blocks of 1 MiB. */
    private Map<String, Long> putText() throws IOException {
        Path text = Cluster.DISTRIBUTION.resolve("examples/data/jargon-file-4.4.7.txt");
        cluster.hdfs()
                .copyFromLocalFile(new org.apache.hadoop.fs.Path(text.toUri()), hdfs("input"));
        Map<String, Long> counts = new TreeMap<>();
        for (String word : Files.readString(text).toLowerCase(Locale.ROOT).split("\\W+")) {
            if (!word.isEmpty()) {
                counts.merge(word, 1L, Long::sum);
            }
        }
        return counts;
    }

    private static List<String> asLines(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .map(word -> word.getKey() + " " + word.getValue())
                .toList();
    }

    private String gatedSums() {
        return String.join(
                " ",
                "-c org.example.jobs.GatedSums",
                cluster.jobs().toString(),
                Long.toString(NUMBERS),
                gate.folder().toString(),
                hdfsFolder + "/output");
    }

    /** A line for each number, none twice; the last one of each digit is its sum. */
    private void assertOutputIsExact() throws IOException {
        Map<Long, Long> expected = new TreeMap<>();
        for (long number = 0; number < NUMBERS; number++) {
            expected.merge(number % 10, number, Long::sum);
        }
        List<String> lines = lines("output");
        Map<Long, Long> sums = new TreeMap<>();
        for (String line : lines) {
            String[] words = line.split(" ");
            sums.merge(Long.parseLong(words[0]), Long.parseLong(words[1]), Math::max);
        }
        assertThat(sums).isEqualTo(expected);
        assertThat(lines).hasSize((int) NUMBERS);
    }

    private void awaitEnd(String applicationId) throws Exception {
        Conditions.await(
                "the end of " + applicationId,
                LIMIT,
                () ->
                        yarn.report(applicationId).getFinalApplicationStatus()
                                != FinalApplicationStatus.UNDEFINED,
                () -> cluster.describe(applicationId));
    }

    private void assertFinalStatus(String applicationId, FinalApplicationStatus expected)
            throws Exception {
        awaitEnd(applicationId);
        assertThat(yarn.report(applicationId).getFinalApplicationStatus())
                .as(cluster.describe(applicationId))
                .isEqualTo(expected);
        Conditions.await(
                "the files of " + applicationId + " to be removed",
                LIMIT,
                () -> filesOf(applicationId).isEmpty(),
                () -> "there are " + filesOf(applicationId));
    }

    /** What lies in the user's home on HDFS for an application, its job record included. */
    private static List<String> filesOf(String applicationId) {
        List<String> found = new ArrayList<>();
        try {
            FileSystem fileSystem = cluster.hdfs();
            RemoteIterator<LocatedFileStatus> files =
                    fileSystem.listFiles(fileSystem.getHomeDirectory(), true);
            while (files.hasNext()) {
                String path = files.next().getPath().toString();
                if (path.contains(applicationId)) {
                    found.add(path);
                }
            }
        } catch (IOException e) {
            found.add("(the folder cannot be listed: " + e + ")");
        }
        return found;
    }

    /** The lines of what a reader of the folder would be given. */
    private List<String> lines(String name) throws IOException {
        FileSystem fileSystem = cluster.hdfs();
        List<String> lines = new ArrayList<>();
        RemoteIterator<LocatedFileStatus> files = fileSystem.listFiles(hdfs(name), true);
        while (files.hasNext()) {
            FileStatus file = files.next();
            if (file.getPath().getName().startsWith("_")
                    || file.getPath().getName().startsWith(".")) {
                continue;
            }
            try (FSDataInputStream in = fileSystem.open(file.getPath())) {
                new String(in.readAllBytes(), UTF_8).lines().forEach(lines::add);
            }
        }
        return lines;
    }
}
