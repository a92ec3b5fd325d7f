package io.millrace.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A user at an edge node: runs {@code bin/millrace} of the built distribution and sees what it
 * prints and how it ends.
 */
final class Terminal {
    private static final Duration LIMIT = Duration.ofSeconds(150);
    private static final Pattern APPLICATION = Pattern.compile("application_\\d+_\\d+");
    private static final AtomicInteger RUNS = new AtomicInteger();

    private final Path distribution;
    private final Path folder;
    private final Map<String, String> environment = new TreeMap<>();

    /**
     * @param folder for what the runs print
     * @param hadoopConf for HADOOP_CONF_DIR, or null to leave it unset
     */
    Terminal(Path distribution, Path folder, Path hadoopConf) {
        this.distribution = distribution;
        this.folder = folder;
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        if (hadoopConf != null) {
            environment.put("HADOOP_CONF_DIR", hadoopConf.toString());
        }
    }

    /** What a command printed, and its exit code; both streams together, as on a screen. */
    record Result(int exitCode, String output, Duration took) {
        /** The first application that the output names. */
        String applicationId() {
            Matcher id = APPLICATION.matcher(output);
            if (!id.find()) {
                throw new AssertionError("No application is named in: " + output);
            }
            return id.group();
        }
    }

    /** The words of a command; each part may hold several. */
    static String[] words(String... parts) {
        return Stream.of(parts)
                .flatMap(part -> Stream.of(part.split(" ")))
                .filter(word -> !word.isEmpty())
                .toArray(String[]::new);
    }

    /** Runs a command to its end. */
    Result run(String... arguments) throws Exception {
        return start(arguments).await();
    }

    /** Starts a command and leaves it running. */
    Running start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(distribution.resolve("bin/millrace").toString());
        command.addAll(List.of(arguments));
        Files.createDirectories(folder);
        Path output = folder.resolve("run-" + RUNS.incrementAndGet() + ".out");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().remove("HADOOP_CONF_DIR");
        builder.environment().remove("YARN_CONF_DIR");
        builder.environment().remove("MILLRACE_CONF_DIR");
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        builder.redirectOutput(output.toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        return new Running(String.join(" ", arguments), process, output, System.nanoTime());
    }

    /** A command that has not ended yet. */
    record Running(String command, Process process, Path outputFile, long startNanos) {

        String output() {
            try {
                return Files.readString(outputFile);
            } catch (IOException e) {
                return "(its output cannot be read: " + e + ")";
            }
        }

        /** Waits until the output names an application. */
        String awaitApplicationId() throws Exception {
            Conditions.await(
                    "an application's id in the output of " + command,
                    LIMIT,
                    () -> {
                        if (!process.isAlive() && !APPLICATION.matcher(output()).find()) {
                            throw new AssertionError(
                                    "It ended with " + process.exitValue() + ": " + output());
                        }
                        return APPLICATION.matcher(output()).find();
                    },
                    this::output);
            Matcher id = APPLICATION.matcher(output());
            id.find();
            return id.group();
        }

        /** What Ctrl-C does to it. */
        void interrupt() throws Exception {
            Process kill = new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start();
            if (kill.waitFor() != 0) {
                throw new AssertionError("It had ended already: " + output());
            }
        }

        Result await() throws Exception {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        "'"
                                + command
                                + "' did not end in "
                                + LIMIT.toSeconds()
                                + " s: "
                                + output());
            }
            return new Result(
                    process.exitValue(),
                    output(),
                    Duration.ofNanos(System.nanoTime() - startNanos));
        }
    }
}
