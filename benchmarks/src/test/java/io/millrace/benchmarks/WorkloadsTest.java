package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.function.SinkFunction;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.window.SlidingEventTimeWindows;
import io.millrace.runtime.local.LocalCluster;
import io.millrace.runtime.local.LocalSettings;
import io.millrace.runtime.master.JobState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadsTest {
    private static final int RECORDS = 20_000;
    private static final int KEYS = 37;

    /** By the sink's name, as sinks travel to their subtasks. */
    private static final Map<String, Queue<Object>> COLLECTED = new ConcurrentHashMap<>();

    @TempDir private Path folder;

    @Test
    void shouldMakeANewBidOfEach() throws Exception {
        Collecting<Bid> sink = new Collecting<>("w1");

        run(Programs.newBids(RECORDS - 1, new BidGenerator(KEYS, false), sink), 1);

        BidGenerator generator = new BidGenerator(KEYS, false);
        assertThat(sink.<Bid>collected())
                .hasSize(RECORDS)
                .allSatisfy(
                        bid -> {
                            Bid made = generator.map(bid.dateTime);
                            assertThat(bid.auction).isEqualTo(made.auction).isBetween(0L, 36L);
                            assertThat(bid.price).isEqualTo((long) (made.price * 0.908));
                            assertThat(bid.extra).isSameAs(made.extra);
                        });
        assertThat(sink.<Bid>collected().stream().map(bid -> bid.dateTime).distinct())
                .hasSize(RECORDS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldEmitARunningSumForEachBid(int workers) throws Exception {
        Collecting<Tuple2<Long, Long>> sink = new Collecting<>("w2-" + workers);

        run(Programs.runningSums(RECORDS - 1, new BidGenerator(KEYS, false), sink), workers);

        Map<Long, Long> sums = new HashMap<>();
        BidGenerator generator = new BidGenerator(KEYS, false);
        for (long i = 0; i < RECORDS; i++) {
            Bid bid = generator.map(i);
            sums.merge(bid.auction, bid.price, Long::sum);
        }
        Map<Long, Long> greatest = new HashMap<>();
        for (Tuple2<Long, Long> sum : sink.<Tuple2<Long, Long>>collected()) {
            greatest.merge(sum.f0, sum.f1, Math::max);
        }
        assertThat(sink.<Object>collected()).hasSize(RECORDS);
        assertThat(sums).hasSize(KEYS);
        assertThat(greatest).isEqualTo(sums);
        assertThat(distinctSums(sink.collected())).isGreaterThan(RECORDS - 10);
    }

    /** Prices are positive but for one in 65,536, so that each result of a key is a new sum. */
    private static long distinctSums(List<Tuple2<Long, Long>> sums) {
        return sums.stream().distinct().count();
    }

    @ParameterizedTest
    @CsvSource({"1, true", "2, true", "2, false"})
    void shouldCountTheBidsOfEachWindow(int workers, boolean combined) throws Exception {
        Collecting<Programs.AuctionCount> sink = new Collecting<>("w4-" + workers + "-" + combined);
        Configuration options = new Configuration();
        options.setString("execution.local-combine.enabled", Boolean.toString(combined));

        run(
                Programs.counts(
                        RECORDS / 2,
                        1000,
                        SlidingEventTimeWindows.of(Duration.ofSeconds(5), Duration.ofSeconds(1)),
                        new BidGenerator(KEYS, false),
                        sink),
                workers,
                options);

        Map<List<Long>, Long> counts = new HashMap<>();
        BidGenerator generator = new BidGenerator(KEYS, false);
        for (long i = 0; i < RECORDS; i++) {
            long last = i % (RECORDS / 2) * 2 / 1000;
            for (long start = last - 4; start <= last; start++) {
                counts.merge(List.of(generator.map(i).auction, 1000 * start), 1L, Long::sum);
            }
        }
        assertThat(sink.<Programs.AuctionCount>collected())
                .hasSize(counts.size())
                .allSatisfy(
                        count ->
                                assertThat(count.count())
                                        .isEqualTo(
                                                counts.get(
                                                        List.of(
                                                                count.auction(),
                                                                count.windowStartMillis()))));
    }

    @Test
    void shouldTellQuantilesOfLatencies() {
        long[] before = Latencies.total();
        Latencies latencies = Latencies.ofThisSubtask();
        for (int i = 1; i <= 1000; i++) {
            latencies.add(i * 1_000_000L);
        }
        long[] after = Latencies.total();

        assertThat(Latencies.quantileNanos(before, after, 0.5) / 1e6)
                .isCloseTo(500, Percentage.withPercentage(2));
        assertThat(Latencies.quantileNanos(before, after, 0.99) / 1e6)
                .isCloseTo(990, Percentage.withPercentage(2));
        assertThat(Latencies.quantileNanos(before, after, 1) / 1e6)
                .isCloseTo(1000, Percentage.withPercentage(2));
        for (long nanos : new long[] {0, 1, 63, 64, 127, 128, 12_345, Long.MAX_VALUE / 3}) {
            int at = Latencies.classOf(nanos);
            assertThat(Latencies.greatest(at)).isGreaterThanOrEqualTo(nanos);
            assertThat(at == 0 ? -1 : Latencies.greatest(at - 1)).isLessThan(nanos);
        }
    }

    @Test
    void shouldTellWhatCheckpointsCostAndLeaveNoneWhenRunAgain() throws Exception {
        Path checkpoints = folder.resolve("ckp");
        BenchmarkSettings settings =
                BenchmarkSettings.parse(
                        List.of(
                                "W2",
                                "--warmup",
                                "0",
                                "--window",
                                "2",
                                "--zipf",
                                "--checkpoint-interval",
                                "100ms",
                                "--checkpoint-dir",
                                checkpoints.toUri().toString()));
        WorkloadRun run = new WorkloadRun(settings, folder, 1 << 20);
        run.measure("1");

        Measurement measured = run.measure("2");

        try (Stream<Path> left = Files.walk(checkpoints)) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
        assertThat(measured.checkpoints().get("completed")).isPositive();
        assertThat(measured.checkpoints().get("meanBytes")).isGreaterThan(1000);
        assertThat(measured.checkpoints().get("mostMillis")).isPositive();
        assertThat(measured.command()).contains("--checkpoint-interval 100ms", "--zipf");
    }

    @Test
    void shouldCountTheWordsOfItsText() throws Exception {
        WordFile file = WordFile.of(folder, 100_000);
        Collecting<Tuple2<String, Integer>> sink = new Collecting<>("wc");

        run(Programs.wordCounts(file.path().toUri().toString(), sink), 1);

        Map<String, Integer> counts = new HashMap<>();
        long words = 0;
        for (String line : Files.readAllLines(file.path())) {
            for (String word : line.toLowerCase(Locale.ROOT).split("\\W+")) {
                counts.merge(word, 1, Integer::sum);
                words++;
            }
        }
        Map<String, Integer> greatest = new HashMap<>();
        for (Tuple2<String, Integer> count : sink.<Tuple2<String, Integer>>collected()) {
            greatest.merge(count.f0, count.f1, Math::max);
        }
        assertThat(file.words()).isEqualTo(words);
        assertThat(sink.<Object>collected()).hasSize((int) words);
        assertThat(greatest).isEqualTo(counts);
        assertThat(counts).hasSizeGreaterThan(1000);
    }

    @Test
    void shouldMakeTheSameTextAgain(@TempDir Path other) throws Exception {
        WordFile first = WordFile.of(folder, 100_000);
        WordFile second = WordFile.of(other, 100_000);

        assertThat(second.path()).hasSameBinaryContentAs(first.path());
        assertThat(second.words()).isEqualTo(first.words());
        assertThat(Files.size(first.path())).isBetween(100_000L, 100_512L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "W1 --warmup 0 --window 1",
                "W2 --warmup 0 --window 1",
                "W2 --warmup 0 --window 1 --workers 2",
                "W3 --warmup 0 --window 1",
                "W4 --warmup 0 --window 1 --event-rate 1000000 --workers 2",
                "LAT --warmup 0 --window 1 --rate 1000",
                "WC --warmup 0 --window 1"
            })
    void shouldMeasureWhatRuns(String arguments) throws Exception {
        BenchmarkSettings settings = BenchmarkSettings.parse(List.of(arguments.split(" ")));

        Measurement measured = new WorkloadRun(settings, folder, 1 << 20).measure("1");

        assertThat(measured.workload()).isEqualTo(arguments.split(" ")[0]);
        assertThat(measured.records()).isPositive();
        assertThat(measured.cpuNanosPerRecord()).isPositive();
        assertThat(measured.recordsPerSecond())
                .isCloseTo(
                        Math.round(measured.records() / measured.seconds()),
                        Percentage.withPercentage(5)); // seconds are rounded
        if (settings.workers() == 1) {
            assertThat(measured.bytesSent()).isNull();
        } else {
            assertThat(measured.bytesSent()).isPositive();
        }
        assertThat(Measurement.parse(measured.toJson()).toJson()).isEqualTo(measured.toJson());
    }

    @Test
    void shouldTakeTheRepeatInTheMiddleAsMedian() {
        List<Measurement> repeats = new ArrayList<>();
        for (double cpuNanos : new double[] {50, 10, 30}) {
            repeats.add(
                    new Measurement(
                            "W1",
                            "1",
                            (long) cpuNanos,
                            cpuNanos,
                            0,
                            0,
                            null,
                            1,
                            1,
                            null,
                            null,
                            "",
                            Map.of()));
        }

        Measurement median = Measurement.median(repeats);

        assertThat(median.repeat()).isEqualTo("median");
        assertThat(median.cpuNanosPerRecord()).isEqualTo(30);
        assertThat(median.recordsPerSecond()).isEqualTo(30);
    }

    private static void run(Programs.Program program, int workers) throws Exception {
        run(program, workers, new Configuration());
    }

    private static void run(Programs.Program program, int workers, Configuration options)
            throws Exception {
        try (LocalCluster cluster =
                new LocalCluster(
                        new LocalSettings(
                                workers,
                                2 / workers,
                                (workers - 1) << 23,
                                64 << 20,
                                Duration.ofSeconds(5)),
                        WorkloadsTest.class.getClassLoader())) {
            assertThat(cluster.run(Programs.graph(program, "test", 2, options)).get().state())
                    .isEqualTo(JobState.FINISHED);
        }
    }

    /** Keeps what it is given, as it may: nobody changes it afterwards. */
    private static final class Collecting<T> implements SinkFunction<T> {
        private static final long serialVersionUID = 1L;
        private final String name;

        Collecting(String name) {
            this.name = name;
            COLLECTED.put(name, new ConcurrentLinkedQueue<>());
        }

        @Override
        public void invoke(T value, Context context) {
            COLLECTED.get(name).add(value);
        }

        @SuppressWarnings("unchecked") // only values of T were added
        <R> List<R> collected() {
            return (List<R>) List.copyOf(COLLECTED.get(name));
        }
    }
}
