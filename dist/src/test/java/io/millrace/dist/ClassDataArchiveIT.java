package io.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The class-data archives of the built distribution: used where everything is as it was when they
 * were made, done without where it is not, and never a reason to fail.
 */
class ClassDataArchiveIT {
    private static final Path DISTRIBUTION =
            Path.of(System.getProperty("millrace.distribution")).toAbsolutePath().normalize();

    /** The time of every file that a node unpacks from what a launcher has packed. */
    private static final FileTime PACKED = FileTime.fromMillis(1_577_836_800_000L);

    @TempDir Path folder;

    private Path container;
    private Path home;

    private void unpackContainer() throws Exception {
        container = Files.createDirectories(folder.resolve("container"));
        Path lib = Files.createDirectories(container.resolve("millrace/lib"));
        for (Path jar : files(DISTRIBUTION.resolve("lib"))) {
            Path copy = Files.copy(jar, lib.resolve(jar.getFileName()));
            Files.setLastModifiedTime(copy, PACKED);
        }
        Files.createDirectories(container.resolve("class-data"));
        run(
                container,
                "tar -C class-data -xzf '" + DISTRIBUTION + "/class-data/containers.tar.gz'");
        Files.copy(
                DISTRIBUTION.resolve("conf/log4j2.properties"),
                container.resolve("log4j2.properties"));
    }

    /** Elsewhere than it was built. */
    private void unpackDistribution() throws Exception {
        run(folder, "tar -xzf '" + DISTRIBUTION + ".tar.gz'");
        home = folder.resolve(DISTRIBUTION.getFileName());
    }

    // --- containers ---

    @Test
    void shouldBeUsedByAWorkerWhereTheJarsAreAsTheyWere() throws Exception {
        unpackContainer();
        Outcome worker = runWorker();

        assertThat(worker.log()).contains("class-data/containers.jsa is in use");
    }

    @Test
    void shouldBeRefusedInOneLineWhereAJarWasTouched() throws Exception {
        unpackContainer();
        Path jar =
                files(container.resolve("millrace/lib")).stream()
                        .filter(file -> file.getFileName().toString().startsWith("netty-common"))
                        .findAny()
                        .orElseThrow();
        Files.setLastModifiedTime(jar, FileTime.fromMillis(PACKED.toMillis() + 60_000));

        Outcome worker = runWorker();

        assertThat(lines(worker.log(), "class-data archive"))
                .singleElement()
                .asString()
                .contains("refused", "class-data/containers.jsa", "a jar has another time or size");
        assertRanOn(worker);
    }

    @Test
    void shouldBeLeftOutInOneLineWhereTheNodeHasAnotherJdk() throws Exception {
        unpackContainer();
        Path jdk = container.resolve("class-data/jdk");
        Files.writeString(
                jdk,
                "IMPLEMENTOR=\"Somebody\"\nJAVA_RUNTIME_VERSION=\"17.0.1+12\"\n"
                        + "JAVA_VERSION=\"17.0.1\"\n");

        Outcome worker = runWorker();

        assertThat(lines(worker.log(), "class-data archive"))
                .singleElement()
                .asString()
                .contains("made by Java 17.0.1+12 and this is Java " + Runtime.version());
        assertRanOn(worker);
    }

    @Test
    void shouldBeMissedInOneLineWhereItsFileIsBroken() throws Exception {
        unpackContainer();
        Path archive = container.resolve("class-data/containers.jsa");
        Files.delete(archive);
        Files.writeString(archive, "not an archive");

        Outcome worker = runWorker();

        assertThat(lines(worker.log(), "class-data archive"))
                .singleElement()
                .asString()
                .contains("refused");
        assertRanOn(worker);
    }

    // --- launcher ---

    @Test
    void shouldBeUsedByTheLauncherWhereverTheDistributionLies() throws Exception {
        unpackDistribution();
        Path classes = folder.resolve("classes.log");
        Files.writeString(
                home.resolve("conf/millrace.yaml"),
                "\nenv.java.opts.client: -Xlog:class+load:file=" + classes + "\n",
                StandardOpenOption.APPEND);
        Outcome launcher = runLauncher("list");

        LoadedClasses loaded = LoadedClasses.read(classes);
        assertThat(launcher.output()).contains("HADOOP_CONF_DIR").doesNotContain("class-data");
        // Of an old class-file version, which no archive takes.
        loaded.leaveOut("picocli.");
        assertThat(loaded.shareFromArchive())
                .as(loaded + "; record the classes anew with bin/record-classes.sh")
                .isGreaterThan(0.9);
    }

    @Test
    void shouldBeRefusedWithAWarningByTheLauncherWhereAJarWasTouched() throws Exception {
        unpackDistribution();
        Outcome before = runLauncher("options");
        for (Path jar : files(home.resolve("lib"))) {
            Files.setLastModifiedTime(jar, FileTime.fromMillis(System.currentTimeMillis()));
        }

        Outcome touched = runLauncher("options");

        assertThat(before.exitCode()).as(before.output()).isZero();
        assertThat(before.output()).doesNotContain("class-data");
        assertThat(touched.exitCode()).as(touched.output()).isZero();
        assertThat(lines(touched.output(), "class-data"))
                .singleElement()
                .asString()
                .startsWith("Warning: The JVM refused the class-data archive ");
        assertThat(touched.output()).endsWith(before.output());
    }

    @Test
    void shouldBeLeftOutByTheLauncherOfAnotherJdkWithoutAWord() throws Exception {
        unpackDistribution();
        Outcome before = runLauncher("options");
        Files.writeString(home.resolve("class-data/jdk"), "JAVA_RUNTIME_VERSION=\"17.0.1+12\"\n");

        assertThat(runLauncher("options")).isEqualTo(before);
    }

    @Test
    void shouldBeMadeAnewByTheScriptOfAnUnpackedDistribution() throws Exception {
        unpackDistribution();
        for (Path jar : files(home.resolve("lib"))) {
            Files.setLastModifiedTime(jar, FileTime.fromMillis(System.currentTimeMillis()));
        }

        Outcome made = run(folder, "'" + home + "/bin/class-data.sh'");

        assertThat(made.exitCode()).as(made.output()).isZero();
        assertThat(made.output())
                .contains("made archives for Java " + System.getProperty("java.runtime.version"))
                .hasLineCount(1);
        assertThat(runLauncher("options").output()).doesNotContain("class-data");
        assertThat(files(home.resolve("class-data")))
                .extracting(file -> file.getFileName().toString())
                .containsExactly(
                        "containers.lst",
                        "containers.tar.gz",
                        "jdk",
                        "launcher.jsa",
                        "launcher.lst",
                        "options.sh");
    }

    // --- tools ---

    /** A worker as a node starts it, but for the environment: it says so, and ends. */
    private Outcome runWorker() throws Exception {
        String classPath =
                Stream.concat(
                                files(container.resolve("millrace/lib")).stream()
                                        .filter(ClassDataArchiveIT::isOurs),
                                files(container.resolve("millrace/lib")).stream()
                                        .filter(jar -> !isOurs(jar)))
                        .map(jar -> "millrace/lib/" + jar.getFileName())
                        .collect(Collectors.joining(":"));
        return run(
                container,
                "exec \"$JAVA_HOME/bin/java\" $(sh class-data/options.sh) -Xmx128m"
                        + " -XX:+UseParallelGC -Dlog.file=worker.log"
                        + " -Dlog4j2.configurationFile=log4j2.properties -cp "
                        + classPath
                        + ":hadoop-conf io.millrace.worker.ContainerWorker");
    }

    /** It came as far as it can without a container. */
    private static void assertRanOn(Outcome worker) {
        assertThat(worker.exitCode()).as(worker.output()).isEqualTo(1);
        assertThat(worker.log()).contains("MILLRACE_").doesNotContain("NoClassDefFoundError");
    }

    private Outcome runLauncher(String command) throws Exception {
        return run(folder, "'" + home + "/bin/millrace' " + command);
    }

    private static boolean isOurs(Path jar) {
        return jar.getFileName().toString().startsWith("millrace-");
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static List<String> lines(String text, String word) {
        return text.lines().filter(line -> line.contains(word)).toList();
    }

    private record Outcome(int exitCode, String output, String log) {}

    private Outcome run(Path workingFolder, String shellCommand) throws Exception {
        Path output = Files.createTempFile(folder, "run", ".out");
        ProcessBuilder builder =
                new ProcessBuilder("sh", "-c", shellCommand)
                        .directory(workingFolder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        Map<String, String> environment = new TreeMap<>();
        environment.put("PATH", System.getenv("PATH"));
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(shellCommand).isTrue();
        Path log = workingFolder.resolve("worker.log");
        return new Outcome(
                process.exitValue(),
                Files.readString(output),
                Files.exists(log) ? Files.readString(log) : "");
    }
}
