package io.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is refused on the edge node: within ten seconds, in one sentence, with exit code 2, and with
 * nothing left in YARN or on HDFS.
 */
class BadInputIT {
    private static final String WORD_COUNT = "-c io.millrace.examples.WordCount";
    private static final String APPLICATION = "run-application -t yarn-application ";
    private static final String PER_JOB = "run -t yarn-per-job ";

    private static Cluster cluster;
    private static YarnView yarn;
    private static String examples;

    @TempDir Path folder;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = Cluster.get();
        yarn = cluster.yarn();
        examples = Cluster.DISTRIBUTION.resolve("examples/millrace-examples.jar").toString();
        cluster.hdfs().create(new org.apache.hadoop.fs.Path("/bad-input/output/part")).close();
        cluster.hdfs().mkdirs(new org.apache.hadoop.fs.Path("/bad-input/input"));
    }

    /** Name, command, and what its sentence must hold. EXAMPLES and JOBS stand for jars. */
    static Stream<Arguments> refusals() {
        return Stream.of(
                refusal("an unknown command", "frobnicate", "frobnicate"),
                refusal("an unknown option", APPLICATION + "--frobnicate EXAMPLES", "--frobnicate"),
                refusal("no jar at all", APPLICATION, "jar"),
                refusal("a jar that does not exist", APPLICATION + "/no/such.jar", "/no/such.jar"),
                refusal(
                        "a jar on HDFS that does not exist",
                        APPLICATION + "hdfs:///no/such.jar",
                        "/no/such.jar"),
                refusal("a file that is no jar", APPLICATION + "/etc/passwd", "/etc/passwd"),
                refusal(
                        "an entry class that does not exist",
                        APPLICATION + "-c org.example.Nothing JOBS",
                        "org.example.Nothing"),
                refusal("a jar that names no entry class", APPLICATION + "JOBS", "-c"),
                refusal(
                        "an entry class without main",
                        APPLICATION + "-c org.example.jobs.NoMain JOBS",
                        "org.example.jobs.NoMain",
                        "main"),
                refusal("a target that does not exist", "run -t mars EXAMPLES", "mars"),
                refusal("parallelism 0", APPLICATION + "-p 0 EXAMPLES /in /out", "0"),
                refusal("a parallelism that is no number", APPLICATION + "-p two EXAMPLES", "two"),
                refusal(
                        "an unknown key",
                        APPLICATION + "-D taskmanager.numberOfTaskSlot=2 EXAMPLES /in /out",
                        "taskmanager.numberOfTaskSlot",
                        "taskmanager.numberOfTaskSlots"),
                refusal(
                        "a value that is no size",
                        APPLICATION + "-D taskmanager.memory.process.size=much EXAMPLES /in /out",
                        "taskmanager.memory.process.size",
                        "much"),
                refusal(
                        "a queue that does not exist",
                        APPLICATION + "-D yarn.application.queue=nosuch EXAMPLES /in /out",
                        "nosuch",
                        "default"),
                refusal(
                        "a worker that is too large for the cluster",
                        APPLICATION + "-D taskmanager.memory.process.size=100g EXAMPLES /in /out",
                        "102400",
                        "8192",
                        "taskmanager.memory.process.size"),
                refusal(
                        "a master that is too large for the cluster",
                        APPLICATION + "-D jobmanager.memory.process.size=100g EXAMPLES /in /out",
                        "102400",
                        "8192",
                        "jobmanager.memory.process.size"),
                refusal(
                        "a worker below the model's minimum",
                        APPLICATION + "-D taskmanager.memory.process.size=256m EXAMPLES /in /out",
                        "taskmanager.memory.process.size"),
                refusal(
                        "memory settings that conflict",
                        APPLICATION
                                + "-D taskmanager.memory.process.size=1g"
                                + " -D taskmanager.memory.managed.size=2g EXAMPLES /in /out",
                        "managed 2048 MiB",
                        "taskmanager.memory.process.size"),
                refusal(
                        "an input that does not exist, per job",
                        PER_JOB + WORD_COUNT + " EXAMPLES /no/such/input /bad-input/new",
                        "/no/such/input"),
                refusal(
                        "an output that exists, per job",
                        PER_JOB + WORD_COUNT + " EXAMPLES /bad-input/input /bad-input/output",
                        "/bad-input/output"));
    }

    private static Arguments refusal(String name, String command, String... inSentence) {
        return Arguments.of(name, command, List.of(inSentence));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void shouldRefuse(String name, String command, List<String> inSentence) throws Exception {
        Set<String> applicationsBefore = yarn.applications();
        Set<String> filesBefore = files();

        Terminal.Result result =
                cluster.terminal()
                        .run(
                                command.replace("EXAMPLES", examples)
                                        .replace("JOBS", cluster.jobs().toString())
                                        .split(" +"));

        assertThat(result.exitCode()).as(result.output()).isEqualTo(2);
        assertThat(result.output()).contains(inSentence).doesNotContain("\tat ");
        assertThat(result.took()).isLessThan(Duration.ofSeconds(10));
        assertThat(yarn.applications()).isEqualTo(applicationsBefore);
        assertThat(files()).isEqualTo(filesBefore);
    }

    @Test
    void shouldWarnOnceOfAKeyThatIsKnownButNotBuilt() throws Exception {
        Terminal.Result result =
                cluster.terminal()
                        .run(
                                "memory",
                                "-D",
                                "execution.checkpointing.interval-during-backlog=1min");

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output())
                .containsOnlyOnce("Warning: ")
                .containsOnlyOnce("execution.checkpointing.interval-during-backlog");
    }

    @Test
    void shouldRefuseWhenNoClusterIsConfigured() throws Exception {
        Terminal.Result result = terminal(null).run(command());

        assertThat(result.exitCode()).as(result.output()).isEqualTo(2);
        assertThat(result.output()).contains("HADOOP_CONF_DIR");
    }

    @Test
    void shouldRefuseWhenTheConfigurationFolderDoesNotExist() throws Exception {
        Path nowhere = folder.resolve("nowhere");

        Terminal.Result result = terminal(nowhere).run(command());

        assertThat(result.exitCode()).as(result.output()).isEqualTo(2);
        assertThat(result.output()).contains(nowhere.toString());
    }

    @Test
    void shouldRefuseWithinTenSecondsWhenTheClusterIsDown() throws Exception {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        Files.writeString(
                folder.resolve("core-site.xml"),
                site("fs.defaultFS", "hdfs://localhost:" + nobody));
        Files.writeString(
                folder.resolve("yarn-site.xml"),
                site("yarn.resourcemanager.address", "localhost:" + nobody));

        Terminal.Result result = terminal(folder).run(command());

        assertThat(result.exitCode()).as(result.output()).isEqualTo(2);
        assertThat(result.output()).contains("localhost:" + nobody);
        assertThat(result.took()).isLessThan(Duration.ofSeconds(10));
    }

    private String[] command() {
        return (APPLICATION + WORD_COUNT + " " + examples + " /in /out").split(" +");
    }

    private Terminal terminal(Path conf) {
        return new Terminal(Cluster.DISTRIBUTION, folder.resolve("terminal"), conf);
    }

    private static String site(String key, String value) {
        return "<configuration><property><name>"
                + key
                + "</name><value>"
                + value
                + "</value></property></configuration>";
    }

    /** Every file and folder that is not in the cache of files by content. */
    private static Set<String> files() throws Exception {
        Set<String> files = new TreeSet<>();
        RemoteIterator<LocatedFileStatus> all =
                cluster.hdfs().listFiles(new org.apache.hadoop.fs.Path("/"), true);
        while (all.hasNext()) {
            String path = all.next().getPath().toUri().getPath();
            if (!path.contains("/cache/")) {
                files.add(path);
            }
        }
        return files;
    }
}
