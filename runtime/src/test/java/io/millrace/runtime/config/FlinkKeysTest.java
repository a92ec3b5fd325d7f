package io.millrace.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FlinkKeysTest {

    static List<String> keys() throws IOException {
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                FlinkKeysTest.class.getResourceAsStream("flink-keys.txt"),
                                StandardCharsets.UTF_8))) {
            return lines.lines().filter(line -> !line.startsWith("#")).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void shouldReadAKeyOrSayOnceThatItIsNotBuilt(String key) {
        boolean read =
                Options.find(key).isPresent()
                        || Options.successorOf(key).isPresent()
                        || Options.familyOf(key).isPresent();

        assertThat(read).isNotEqualTo(KnownKeys.warning(key).isPresent());
    }
}
