package io.millrace.dist;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A mini HDFS and a mini YARN in a process of their own, on the daemons' class path, so that none
 * of their classes meets the tests. The process ends with its standard input, thus at the latest
 * with this JVM.
 */
final class MiniHadoopProcess implements AutoCloseable {
    private static final String READY = "mini Hadoop is up";
    private static final Duration START_LIMIT = Duration.ofSeconds(180);

    private final Path folder;
    private final Process process;
    private final BufferedReader output;

    private MiniHadoopProcess(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
        this.output = process.inputReader(UTF_8);
    }

    /**
     * Returns when applications may come.
     *
     * @param devHadoop the module of that name, with its jars in {@code target/lib}
     * @param folder for everything; emptied first
     */
    static MiniHadoopProcess start(Path devHadoop, Path folder) throws Exception {
        Path jars = devHadoop.resolve("target/lib");
        if (!Files.isDirectory(jars)) {
            throw new IllegalStateException(
                    "There is no " + jars + ": it is made by the package phase of dev-hadoop.");
        }
        empty(folder);
        Path daemonConf = Files.createDirectories(folder.resolve("daemon-conf"));
        for (String file : List.of("capacity-scheduler.xml", "log4j.properties")) {
            Files.copy(devHadoop.resolve("conf").resolve(file), daemonConf.resolve(file));
        }
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx512m",
                        "-Xss512k",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.net.preferIPv4Stack=true",
                        "-cp",
                        String.join(
                                File.pathSeparator,
                                daemonConf.toString(),
                                devHadoop.resolve("target/classes").toString(),
                                jars + "/*"),
                        "io.millrace.dev.MiniHadoop",
                        folder.toString(),
                        "1");
        builder.directory(folder.toFile());
        builder.redirectError(folder.resolve("daemons.log").toFile());
        // Containers find their Java by the NodeManager's variable.
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("HADOOP_CONF_DIR");
        MiniHadoopProcess cluster = new MiniHadoopProcess(folder, builder.start());
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "stop mini Hadoop"));
        cluster.awaitReady();
        return cluster;
    }

    /** Of HDFS, which has one of each. */
    enum Daemon {
        NAMENODE,
        DATANODE;

        private String inCommand() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** HDFS is of no use until it is started again. */
    void stop(Daemon daemon) throws Exception {
        obey("stop " + daemon.inCommand());
    }

    /** Returns when files can be read and written again. */
    void start(Daemon daemon) throws Exception {
        obey("start " + daemon.inCommand());
    }

    private void obey(String command) throws Exception {
        process.outputWriter(UTF_8).append(command).append('\n').flush();
        awaitLine(command);
    }

    private void awaitReady() throws Exception {
        awaitLine(READY);
    }

    private void awaitLine(String line) throws Exception {
        Conditions.await(
                "mini Hadoop to say '" + line + "'",
                START_LIMIT,
                () -> {
                    if (!process.isAlive()) {
                        throw new AssertionError(
                                "Mini Hadoop died with exit code "
                                        + process.exitValue()
                                        + "; "
                                        + endOfLog());
                    }
                    return output.ready() && line.equals(output.readLine());
                },
                this::endOfLog);
    }

    /** For {@code HADOOP_CONF_DIR}. */
    Path confFolder() {
        return folder.resolve("conf");
    }

    /** The log folders of an application's containers, on all nodes. */
    List<Path> containerLogs(String applicationId) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("target"))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().contains("/" + applicationId + "/container_"))
                    .filter(file -> file.toString().contains("-logDir-"))
                    .sorted()
                    .toList();
        }
    }

    private String endOfLog() {
        try {
            List<String> lines = Files.readAllLines(folder.resolve("daemons.log"));
            return "the end of its log: "
                    + String.join(
                            System.lineSeparator(),
                            lines.subList(Math.max(0, lines.size() - 30), lines.size()));
        } catch (IOException e) {
            return "its log cannot be read: " + e;
        }
    }

    private static void empty(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        Files.createDirectories(folder);
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException | InterruptedException e) {
            process.destroyForcibly();
        }
        ContainerProcesses.below(folder).forEach(ProcessHandle::destroyForcibly);
    }
}
