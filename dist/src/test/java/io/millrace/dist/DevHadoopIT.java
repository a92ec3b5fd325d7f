package io.millrace.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The development Hadoop as its users run it: one life, from the first start to the last stop. */
class DevHadoopIT {
    private static final Path CHECKOUT =
            Path.of(System.getProperty("millrace.checkout")).toAbsolutePath().normalize();

    @TempDir Path folder;

    private record Outcome(int exitCode, String output) {}

    @AfterEach
    void stopWhateverRuns() throws Exception {
        run("stop");
    }

    @Test
    void shouldStartServeAndStopWithoutATrace() throws Exception {
        Outcome started = run("start", "--nodemanagers", "2");
        assertThat(started.exitCode()).as(started.output()).isZero();
        assertThat(started.output())
                .contains("waiting for")
                .contains("up: HDFS at hdfs://localhost:");
        assertThat(daemons()).hasSize(5);

        assertThat(run("start").output()).contains("already running");
        assertThat(run("start", "--nodemanagers", "1"))
                .satisfies(refused -> assertThat(refused.exitCode()).isEqualTo(2))
                .satisfies(refused -> assertThat(refused.output()).contains("--nodemanagers 2"));
        assertThat(run("status").exitCode()).isZero();
        assertThat(run("env").output())
                .isEqualTo("export HADOOP_CONF_DIR='" + folder.resolve("hadoop/conf") + "'\n");

        Path file = Files.writeString(folder.resolve("hello.txt"), "hello\n");
        assertThat(run("fs", "-put", file.toString(), "/hello.txt").exitCode()).isZero();
        assertThat(run("yarn", "node", "-list").output()).contains("Total Nodes:2");

        // What was killed is started again, and finds its files.
        long datanode =
                Long.parseLong(Files.readString(folder.resolve("hadoop/run/datanode.pid")).strip());
        ProcessHandle.of(datanode).orElseThrow().destroyForcibly();
        ProcessHandle.of(datanode).ifPresent(handle -> handle.onExit().join());
        assertThat(run("status").exitCode()).isEqualTo(1);
        assertThat(run("start").output()).contains("4 of 5 daemons run");
        assertThat(run("fs", "-cat", "/hello.txt").output()).endsWith("hello\n");

        Outcome stopped = run("stop");
        assertThat(stopped.exitCode()).as(stopped.output()).isZero();
        assertThat(daemons()).isEmpty();
        assertThat(run("stop").output()).contains("not running");
        assertThat(run("fs", "-ls", "/").output()).contains("does not run");
    }

    @Test
    void shouldLeaveAProcessAloneThatOnlyHasThePidOfADaemon() throws Exception {
        Path pids = Files.createDirectories(folder.resolve("hadoop/run"));
        Process bystander = new ProcessBuilder("sleep", "60").start();
        try {
            Files.writeString(pids.resolve("namenode.pid"), bystander.pid() + "\n");

            assertThat(run("stop").output()).contains("not running");

            assertThat(bystander.isAlive()).isTrue();
        } finally {
            bystander.destroyForcibly();
        }
    }

    /** The daemons of this test's folder that run on this machine. */
    private List<ProcessHandle> daemons() {
        String mark = "-Dmillrace.dev-hadoop=" + folder.resolve("hadoop");
        return ProcessHandle.allProcesses()
                .filter(
                        process ->
                                Stream.of(process.info().arguments().orElse(new String[0]))
                                        .anyMatch(argument -> argument.startsWith(mark)))
                .toList();
    }

    private Outcome run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(CHECKOUT.resolve("bin/dev-hadoop.sh").toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("MILLRACE_DEV_HADOOP_DIR", folder.resolve("hadoop").toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), output);
    }
}
