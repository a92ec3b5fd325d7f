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

        assertThat(settings.parallelism()).isEqualTo(2);
        assertThat(settings.workers()).isEqualTo(1);
        assertThat(settings.keys()).isEqualTo(10_000);
        assertThat(settings.warmupSeconds()).isEqualTo(10);
        assertThat(settings.windowSeconds()).isEqualTo(10);
        assertThat(settings.repeats()).isEqualTo(3);
        assertThat(settings.profile()).isFalse();
        assertThat(settings.zipf()).isFalse();
        assertThat(settings.checkpointDir()).isNull();
        assertThat(BenchmarkSettings.parse(List.of("W4")).eventRate()).isEqualTo(100_000);
        assertThat(BenchmarkSettings.parse(List.of("LAT")).rate()).isEqualTo(50_000);
        assertThat(BenchmarkSettings.parse(List.of("BP")).repeats()).isEqualTo(1);
        assertThat(BenchmarkSettings.parse(List.of("BP")).spinNanos()).isEqualTo(3_000);
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
                                "-Dpipeline.object-reuse=true",
                                "--profile"));

        assertThat(BenchmarkSettings.parse(settings.arguments())).isEqualTo(settings);
        assertThat(settings.parallelism()).isEqualTo(4);
        assertThat(settings.workers()).isEqualTo(2);
        assertThat(settings.keys()).isEqualTo(7);
        assertThat(settings.warmupSeconds()).isZero();
        assertThat(settings.windowSeconds()).isEqualTo(3);
        assertThat(settings.repeats()).isEqualTo(5);
        assertThat(settings.profile()).isTrue();
        assertThat(settings.options()).containsEntry("pipeline.object-reuse", "true");
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
                "BP --profile                  | --profile means nothing to BP",
                "WC --zipf                     | --zipf means nothing to WC",
                "W2 --event-rate 5             | --event-rate means nothing to W2",
                "W1 --checkpoint-dir x         | --checkpoint-dir means nothing to W1",
                "W2 --checkpoint-dir file:///x | need each other",
                "W2 --checkpoint-dir           | --checkpoint-dir needs a value",
            })
    void shouldRefuseWhatMakesNoSense(String arguments, String message) {
        assertThatThrownBy(() -> BenchmarkSettings.parse(List.of(arguments.strip().split(" +"))))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message);
    }

    @Test
    void shouldTakeTheBackendForAnOptionOfTheJob() throws Exception {
        BenchmarkSettings settings = BenchmarkSettings.parse(List.of("W2", "--backend", "rocksdb"));

        assertThat(settings.configuration().toMap()).containsEntry("state.backend.type", "rocksdb");
        assertThat(BenchmarkSettings.parse(settings.arguments())).isEqualTo(settings);
    }

    @Test
    void shouldRefuseNothingAtAll() {
        assertThatThrownBy(() -> BenchmarkSettings.parse(List.of()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("name a workload");
    }

    @Test
    void shouldReadWhatTheStateBenchmarkPrints() {
        StateTable.Result result =
                StateTable.Result.parse(
                        "table      10000 uniform each-second        16.3 ns/update (thread CPU)"
                                + "   17.0 (process CPU)   18.2 (wall) pause 330 us, 15.1 MB a"
                                + " snapshot, 49.0 MB in memory, sum 7");

        assertThat(result).isEqualTo(new StateTable.Result(16.3, 330, 15.1, 49));
        assertThat(
                        StateTable.row(
                                "table",
                                "10000",
                                "zipf",
                                new StateTable.Result[] {result},
                                new StateTable.Result[] {result}))
                .isEqualTo(
                        "| table | 10000 | zipf | 16.3 (16.3 to 16.3) | 16.3 (16.3 to 16.3) | 15.1"
                                + " | 330 | 49.0 |");
    }
}
