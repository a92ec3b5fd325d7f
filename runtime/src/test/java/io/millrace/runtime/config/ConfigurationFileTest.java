package io.millrace.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationFileTest {
    @TempDir Path directory;

    @Test
    void shouldReadNestedAndWholeKeys() throws IOException {
        Files.writeString(
                directory.resolve("config.yaml"),
                """
                taskmanager:
                  numberOfTaskSlots: 2   # a comment
                  memory.process.size: 1728m
                parallelism.default: 4
                yarn.tags: [a, b]
                env.java.opts.all: "-Da=b: c"
                pipeline.name:
                """);

        assertThat(ConfigurationFile.readFrom(directory))
                .isEqualTo(
                        Map.of(
                                "taskmanager.numberOfTaskSlots", "2",
                                "taskmanager.memory.process.size", "1728m",
                                "parallelism.default", "4",
                                "yarn.tags", "a;b",
                                "env.java.opts.all", "-Da=b: c"));
    }

    @Test
    void shouldReadFlatLinesThatAreNoYaml() throws IOException {
        Files.writeString(
                directory.resolve("flink-conf.yaml"),
                """
                # comment
                taskmanager.memory.process.size: 1728m # another
                env.java.opts: -XX:+UseG1GC -Da=%b: c
                yarn.tags: *x
                jobmanager.rpc.address: 'h'
                pipeline.name:
                """);

        assertThat(ConfigurationFile.readFrom(directory))
                .isEqualTo(
                        Map.of(
                                "taskmanager.memory.process.size", "1728m",
                                "env.java.opts", "-XX:+UseG1GC -Da=%b: c",
                                "yarn.tags", "*x",
                                "jobmanager.rpc.address", "h"));
    }

    @Test
    void shouldPreferItsOwnNameAndReadNothingWhenThereIsNoFile() throws IOException {
        assertThat(ConfigurationFile.readFrom(directory)).isEmpty();

        Files.writeString(directory.resolve("flink-conf.yaml"), "parallelism.default: 3\n");
        Files.writeString(directory.resolve("millrace.yaml"), "parallelism.default: 1\n");
        assertThat(ConfigurationFile.readFrom(directory)).containsEntry("parallelism.default", "1");
    }

    @Test
    void shouldRefuseWithFileAndPlaceWhenItCannotBeRead() throws IOException {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> ConfigurationFile.readFrom(missing))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("MILLRACE_CONF_DIR");

        assertThatThrownBy(() -> ConfigurationFile.parseYaml("a: [1", "millrace.yaml"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("millrace.yaml is not YAML")
                .hasMessageContaining("line 1");
        assertThatThrownBy(() -> ConfigurationFile.parseYaml("a.b: 1\na:\n  b: 2\n", "f"))
                .hasMessage("f sets a.b twice: remove one of them.");
        assertThatThrownBy(() -> ConfigurationFile.parseLines("\na=b\n", "f"))
                .hasMessageStartingWith("f, line 2: 'a=b' is no setting");
    }
}
