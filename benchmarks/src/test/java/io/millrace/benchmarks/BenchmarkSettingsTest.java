package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.benchmarks.BenchmarkSettings.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchmarkSettingsTest {

    @Test
    void shouldFillInDefaults() throws Exception {
        BenchmarkSettings settings = BenchmarkSettings.parse(List.of("W2"));

        assertThat(settings)
                .isEqualTo(
                        new BenchmarkSettings(
                                Workload.W2, 2, 1, 10_000, 10, 10, 3, 50_000_000, 3_000, false));
    }

    @Test
    void shouldGiveARepeatTheSameSettingsAgain() throws Exception {
        BenchmarkSettings settings =
                BenchmarkSettings.parse(
                        List.of(
                                "W1",
                                "--parallelism",
                                "4",
                                "--workers",
                                "2",
                                "--keys",
                                "7",
                                "--warmup",
                                "0",
                                "--window",
                                "3",
                                "--repeats",
                                "5",
                                "--profile"));

        assertThat(BenchmarkSettings.parse(settings.arguments())).isEqualTo(settings);
        assertThat(settings.parallelism()).isEqualTo(4);
        assertThat(settings.workers()).isEqualTo(2);
        assertThat(settings.keys()).isEqualTo(7);
        assertThat(settings.warmupSeconds()).isZero();
        assertThat(settings.windowSeconds()).isEqualTo(3);
        assertThat(settings.repeats()).isEqualTo(5);
        assertThat(settings.profile()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "W7                            | there is no workload 'W7'",
                "w2                            | there is no workload 'w2'",
                "W2 --paralelism 2             | unknown option '--paralelism'",
                "W2 --keys                     | --keys needs a number",
                "W2 --keys many                | --keys needs a whole number",
                "W2 --keys 0                   | from 1 to 1000000000, not '0'",
                "W2 --window 0                 | --window needs a whole number from 1",
                "W2 --parallelism 1 --workers 2| --workers 2 is more than --parallelism 1",
                "W2 --records 5                | --records means nothing to W2",
                "WC --keys 5                   | --keys means nothing to WC",
                "BP --workers 2                | --workers means nothing to BP",
                "BP --profile                  | unknown option '--profile'",
            })
    void shouldRefuseWhatMakesNoSense(String arguments, String message) {
        assertThatThrownBy(() -> BenchmarkSettings.parse(List.of(arguments.strip().split(" +"))))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message);
    }

    @Test
    void shouldRefuseNothingAtAll() {
        assertThatThrownBy(() -> BenchmarkSettings.parse(List.of()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("name a workload");
    }
}
