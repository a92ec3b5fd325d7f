package io.millrace.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Configuration;
import io.millrace.api.MemorySize;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobManagerMemoryTest {

    @ParameterizedTest
    @CsvSource({
        "process.size=1600m, 1073741824, 201326592, 1600",
        "process.size=1024m, 469762048, 201326592, 1024",
        "process.size=2048m, 1530082096, 214748368, 2048",
        "process.size=4096m, 3462817376, 429496736, 4096",
        "flink.size=1152m, 1073741824, 201326592, 1600",
        "heap.size=1g, 1073741824, 201326592, 1600",
        "heap.size=1g flink.size=2g, 1073741824, 268435460, 2560",
        "heap.size=1g process.size=2g, 1073741824, 671088640, 2048"
    })
    void shouldDeriveWhatFlinkDerives(
            String settings, long heapBytes, long overheadBytes, int containerMebibytes) {
        JobManagerMemory memory = JobManagerMemory.of(settings(settings));

        assertThat(memory.heap().getBytes()).isEqualTo(heapBytes);
        assertThat(memory.overhead().getBytes()).isEqualTo(overheadBytes);
        assertThat(memory.metaspace().getBytes()).isEqualTo(268435456L);
        assertThat(memory.containerMebibytes()).isEqualTo(containerMebibytes);
        assertThat(memory.isDirectLimited()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "process.size=600m|jobmanager.memory.process.size of 600 MiB leaves 24 MiB of heap",
                "process.size=100m|jobmanager.memory.process.size of 100 MiB leaves 0 MiB of heap",
                "flink.size=150m|jobmanager.memory.flink.size of 150 MiB leaves 22 MiB of heap",
                "heap.size=1g off-heap.size=1g flink.size=1g|do not make up "
                        + "jobmanager.memory.flink.size of 1024 MiB",
                "heap.size=2g process.size=2g|leave -384 MiB for the overhead"
            })
    void shouldRefuseWithTheNumbersWhenSettingsCannotBeObeyed(String settings, String sentence) {
        assertThatThrownBy(() -> JobManagerMemory.of(settings(settings)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void shouldUseWhatYarnGranted() {
        assertThat(
                        JobManagerMemory.ofGranted(settings("process.size=1600m"), 2048)
                                .heap()
                                .getBytes())
                .isEqualTo(1530082096L);

        JobManagerMemory fixed = JobManagerMemory.ofGranted(settings("heap.size=1g"), 2048);
        assertThat(fixed.heap()).isEqualTo(MemorySize.ofGibiBytes(1));
        assertThat(fixed.process()).isEqualTo(MemorySize.ofGibiBytes(2));
    }

    private static ParsedConfiguration settings(String settings) {
        Configuration configuration = new Configuration();
        Arrays.stream(settings.split(" "))
                .map(setting -> setting.split("=", 2))
                .forEach(pair -> configuration.setString("jobmanager.memory." + pair[0], pair[1]));
        return ParsedConfiguration.of(configuration);
    }
}
