package io.millrace.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Configuration;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import java.util.List;
import org.junit.jupiter.api.Test;

class JvmOptionsTest {
    private final Configuration configuration = new Configuration();

    @Test
    void shouldLimitEveryPartOfAWorkerThatTheJvmCanLimit() {
        assertThat(worker(2))
                .contains(
                        "-Xmx536870902",
                        "-Xms67108864",
                        "-XX:MaxDirectMemorySize=268435458",
                        "-XX:MaxMetaspaceSize=268435456",
                        "-XX:ReservedCodeCacheSize=100663296",
                        "-XX:ActiveProcessorCount=2",
                        "-XX:+UseParallelGC",
                        "-XX:+UseCondCardMark",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Dio.netty.maxDirectMemory=0",
                        "-Dio.netty.jfr.enabled=false",
                        "-Djdk.nio.maxCachedBufferSize=262144");
    }

    @Test
    void shouldCollectALargeHeapInPieces() {
        configuration.setString("taskmanager.memory.process.size", "32g");

        assertThat(worker(1)).contains("-XX:+UseG1GC").doesNotContain("-XX:+UseParallelGC");
    }

    @Test
    void shouldLeaveTheCollectorToTheUserWhenOneIsChosen() {
        configuration.setString("env.java.opts.all", "-Da=1");
        configuration.setString("env.java.opts.taskmanager", "-XX:+UseZGC  -Db='x y'");

        List<String> options = worker(1);

        assertThat(options).endsWith("-Da=1", "-XX:+UseZGC", "-Db=x y");
        assertThat(options).doesNotContain("-XX:+UseParallelGC", "-XX:+UseG1GC");
    }

    @Test
    void shouldRefuseALimitOfTheUsersOwn() {
        configuration.setString("env.java.opts.taskmanager", "-Xmx4g");

        assertThatThrownBy(() -> worker(1))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("env.java.opts.taskmanager contains -Xmx4g");
    }

    @Test
    void shouldLimitDirectMemoryOfTheMasterOnlyWhenToldTo() {
        assertThat(master()).noneMatch(option -> option.contains("MaxDirectMemorySize"));

        configuration.setString("jobmanager.memory.enable-jvm-direct-memory-limit", "true");
        assertThat(master()).contains("-XX:MaxDirectMemorySize=134217728");
    }

    @Test
    void shouldLetTheUsersEnvironmentWin() {
        assertThat(JvmOptions.environmentOfWorker(parsed())).containsEntry("MALLOC_ARENA_MAX", "1");

        configuration.setString("containerized.taskmanager.env.MALLOC_ARENA_MAX", "4");
        configuration.setString("containerized.master.env.TZ", "UTC");
        assertThat(JvmOptions.environmentOfWorker(parsed()))
                .containsEntry("MALLOC_ARENA_MAX", "4")
                .doesNotContainKey("TZ");
        assertThat(JvmOptions.environmentOfMaster(parsed()))
                .containsEntry("MALLOC_ARENA_MAX", "1")
                .containsEntry("TZ", "UTC");
    }

    private List<String> worker(int vcores) {
        return JvmOptions.ofWorker(parsed(), TaskManagerMemory.of(parsed()), vcores);
    }

    private List<String> master() {
        return JvmOptions.ofMaster(parsed(), JobManagerMemory.of(parsed()), 1);
    }

    private ParsedConfiguration parsed() {
        return ParsedConfiguration.of(configuration);
    }
}
