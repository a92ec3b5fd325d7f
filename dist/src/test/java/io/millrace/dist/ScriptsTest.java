package io.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What can be known of the scripts without a cluster: their syntax, and how they refuse. */
class ScriptsTest {
    private static final Path CHECKOUT =
            Path.of(System.getProperty("millrace.checkout")).toAbsolutePath().normalize();

    @TempDir Path folder;

    static List<Path> scripts() throws IOException {
        try (Stream<Path> files = Files.list(CHECKOUT.resolve("bin"))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @Test
    void shouldFindTheScripts() throws IOException {
        assertThat(scripts())
                .extracting(path -> path.getFileName().toString())
                .contains("millrace", "class-data.sh", "dev-hadoop.sh", "quickstart.sh");
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void shouldParse(Path script) throws Exception {
        Outcome outcome = run("bash", "-n", script.toString());

        assertThat(outcome).isEqualTo(new Outcome(0, ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    quickstart.sh | --frobnicate        | there is no option '--frobnicate'
                    quickstart.sh | /no/such/file       | there is no file '/no/such/file'
                    quickstart.sh | /                   | '/' is a folder
                    quickstart.sh | --output            | --output needs a folder
                    quickstart.sh | --output /dev/null  | '/dev/null' exists and is no folder
                    quickstart.sh | --output /          | '/' is not empty
                    dev-hadoop.sh | frobnicate          | there is no command 'frobnicate'
                    dev-hadoop.sh | start --what        | start does not know '--what'
                    dev-hadoop.sh | start --nodemanagers 0    | is '0', and a number from 1 to 8
                    dev-hadoop.sh | start --nodemanagers many | is 'many', and a number from 1 to 8
                    class-data.sh | --frobnicate        | there is no option '--frobnicate'
                    class-data.sh | /                   | / is no distribution
                    record-classes.sh | frobnicate      | takes no arguments
                    dev-hadoop.sh | yarn frobnicate     | yarn does not know 'frobnicate'
                    """)
    void shouldRefuseInOneSentence(String script, String arguments, String sentence)
            throws Exception {
        Outcome outcome =
                run(
                        Stream.concat(
                                        Stream.of(CHECKOUT.resolve("bin/" + script).toString()),
                                        Stream.of(arguments.split(" ")))
                                .toArray(String[]::new));

        assertThat(outcome.output()).contains(sentence).hasLineCount(1);
        assertThat(outcome.exitCode()).isEqualTo(2);
    }

    @Test
    void shouldSayThatNothingWasStartedWhenTheFolderIsNew() throws Exception {
        String devHadoop = CHECKOUT.resolve("bin/dev-hadoop.sh").toString();

        assertThat(run(devHadoop, "status").exitCode()).isEqualTo(1);
        assertThat(run(devHadoop, "env").output()).contains("never started").contains("start");
        assertThat(run(devHadoop, "stop").exitCode()).isZero();
    }

    @Test
    void shouldNameJavaHomeWhenThereIsNoJavaInIt() throws Exception {
        ProcessBuilder builder = builder(CHECKOUT.resolve("bin/millrace").toString(), "--help");
        builder.environment().put("JAVA_HOME", folder.toString());

        Outcome outcome = run(builder);

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.output()).contains("JAVA_HOME").contains(folder.toString());
    }

    @Test
    void shouldRefuseAnOldJava() throws Exception {
        Path java = folder.resolve("bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(java, "#!/bin/sh\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Files.writeString(folder.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
        ProcessBuilder builder = builder(CHECKOUT.resolve("bin/millrace").toString(), "--help");
        builder.environment().put("JAVA_HOME", folder.toString());

        Outcome outcome = run(builder);

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.output()).contains("11.0.2").contains("17");
    }

    private record Outcome(int exitCode, String output) {}

    private ProcessBuilder builder(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("MILLRACE_DEV_HADOOP_DIR", folder.resolve("hadoop").toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder;
    }

    private Outcome run(String... command) throws Exception {
        return run(builder(command));
    }

    private static Outcome run(ProcessBuilder builder) throws Exception {
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), output);
    }
}
