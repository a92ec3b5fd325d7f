package io.millrace.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Configuration;
import io.millrace.api.MemorySize;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParsedConfigurationTest {

    @Test
    void shouldLetTheLaterOriginWinAndRememberIt() {
        ParsedConfiguration parsed =
                ParsedConfiguration.of(
                        Map.of(
                                Origin.FILE,
                                Map.of("parallelism.default", "2", "pipeline.name", "a"),
                                Origin.COMMAND_LINE,
                                Map.of("parallelism.default", "4")));

        assertThat(parsed.get(JobOptions.DEFAULT_PARALLELISM)).isEqualTo(4);
        assertThat(parsed.origin(JobOptions.DEFAULT_PARALLELISM)).isEqualTo(Origin.COMMAND_LINE);
        assertThat(parsed.origin(JobOptions.NAME)).isEqualTo(Origin.FILE);
        assertThat(parsed.origin(JobOptions.OBJECT_REUSE)).isEqualTo(Origin.DEFAULT);

        Configuration program = new Configuration();
        program.set(JobOptions.DEFAULT_PARALLELISM, 8);
        assertThat(parsed.withProgram(program).get(JobOptions.DEFAULT_PARALLELISM)).isEqualTo(8);
        assertThat(parsed.describe())
                .containsExactly(
                        "parallelism.default: 4 (command line)", "pipeline.name: a (file)");
    }

    @ParameterizedTest
    @CsvSource({
        "paralelism.default, parallelism.default",
        "taskmanager.memory.proces.size, taskmanager.memory.process.size",
        "taskmanager.numberOfTaskslot, taskmanager.numberOfTaskSlots",
        "execution.checkpointing.intervall, execution.checkpointing.interval"
    })
    void shouldRefuseAnUnknownKeyAndNameTheNearest(String key, String nearest) {
        assertThatThrownBy(() -> given(key, "1"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        "Unknown option "
                                + key
                                + " (from the program): did you mean "
                                + nearest
                                + "?");
    }

    @Test
    void shouldPointToTheReferenceWhenNothingIsNear() {
        assertThatThrownBy(() -> given("zzzzzz", "1"))
                .hasMessage(
                        "Unknown option zzzzzz (from the program): all options are listed in"
                                + " conf/reference.md.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "execution.checkpointing.interval-during-backlog",
                "rest.port",
                "metrics.reporter.prom.port",
                "high-availability.zookeeper.quorum",
                "yarn.ship-files"
            })
    void shouldWarnOnceWhenAKeyIsNotBuiltYet(String key) {
        ParsedConfiguration parsed =
                ParsedConfiguration.of(
                        Map.of(
                                Origin.FILE,
                                Map.of(key, "1"),
                                Origin.COMMAND_LINE,
                                Map.of(key, "2")));

        assertThat(parsed.warnings())
                .containsExactly(key + " is known to Flink, not built yet, and has no effect.");
        assertThat(parsed.settings()).isEmpty();
    }

    @Test
    void shouldWarnWithTheCureWhenAKeyWasRemoved() {
        assertThat(given("taskmanager.network.numberOfBuffers", "2048").warnings())
                .containsExactly(
                        "taskmanager.network.numberOfBuffers is no longer an option and has no"
                            + " effect: set taskmanager.memory.network.fraction, .min and .max.");
    }

    @Test
    void shouldReadAnOlderNameAndSayTheNewOne() {
        ParsedConfiguration parsed = given("taskmanager.memory.size", "1g");

        assertThat(parsed.get(TaskManagerOptions.MANAGED_MEMORY_SIZE))
                .isEqualTo(MemorySize.ofGibiBytes(1));
        assertThat(parsed.warnings())
                .containsExactly(
                        "taskmanager.memory.size is an older name of"
                                + " taskmanager.memory.managed.size: it is read, but write the new"
                                + " name.");
    }

    @Test
    void shouldNotLetAnOlderNameOverrideTheNewOne() {
        ParsedConfiguration parsed =
                ParsedConfiguration.of(
                        Map.of(
                                Origin.FILE,
                                Map.of(
                                        "taskmanager.memory.size",
                                        "1g",
                                        "taskmanager.memory.managed.size",
                                        "2g")));

        assertThat(parsed.get(TaskManagerOptions.MANAGED_MEMORY_SIZE))
                .isEqualTo(MemorySize.ofGibiBytes(2));
        assertThat(parsed.warnings()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "parallelism.default|0|Option parallelism.default is 0, less than its least value"
                    + " 1: set parallelism.default to a value in the range 1 to 32768. (It comes"
                    + " from the program.)",
                "taskmanager.memory.process.size|lots|Option taskmanager.memory.process.size cannot"
                        + " be read: 'lots' is not an amount of memory",
                "restart-strategy.type|sometimes|none, fixed-delay, failure-rate,"
                        + " exponential-delay",
                "heartbeat.interval|soon|'soon' is not a duration",
                "pipeline.object-reuse|yes|'yes' is neither true nor false"
            })
    void shouldRefuseAValueWithKeyLimitAndCure(String key, String value, String sentence) {
        assertThatThrownBy(() -> given(key, value))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void shouldAcceptFamiliesAndHideSecrets() {
        ParsedConfiguration parsed =
                ParsedConfiguration.of(
                        Map.of(
                                Origin.FILE,
                                Map.of(
                                        "containerized.master.env.TZ",
                                        "UTC",
                                        "flink.hadoop.fs.s3a.secret.key",
                                        "abc")));

        assertThat(parsed.family(DeploymentOptions.MASTER_ENVIRONMENT)).containsEntry("TZ", "UTC");
        assertThat(parsed.family(DeploymentOptions.HADOOP))
                .containsEntry("fs.s3a.secret.key", "abc");
        assertThat(parsed.describe())
                .contains("flink.hadoop.fs.s3a.secret.key: ****** (file)")
                .noneMatch(line -> line.contains("abc"));
    }

    @Test
    void shouldTravelWithItsOrigins() {
        ParsedConfiguration parsed =
                ParsedConfiguration.of(
                        Map.of(
                                Origin.FILE,
                                Map.of("env.java.opts.all", "-Da=\"x: y\" # \\ \t\u00e9"),
                                Origin.COMMAND_LINE,
                                Map.of("parallelism.default", "4")));

        ParsedConfiguration read = ConfigurationFile.readWritten(ConfigurationFile.write(parsed));

        assertThat(read.settings()).isEqualTo(parsed.settings());
    }

    private static ParsedConfiguration given(String key, String value) {
        return ParsedConfiguration.of(Configuration.fromMap(Map.of(key, value)));
    }
}
