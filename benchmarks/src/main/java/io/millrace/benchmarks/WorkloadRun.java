package io.millrace.benchmarks;

import io.millrace.api.Configuration;
import io.millrace.api.function.DiscardingSink;
import io.millrace.api.window.SlidingEventTimeWindows;
import io.millrace.api.window.TimeWindow;
import io.millrace.api.window.TumblingEventTimeWindows;
import io.millrace.api.window.WindowAssigner;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.local.LocalCluster;
import io.millrace.runtime.local.LocalSettings;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.task.SubtaskMetrics;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One repeat: runs a workload in this JVM and prints what was measured as one line of JSON.
 *
 * <p>Records are counted by the engine's own counters, at the sources.
 */
public final class WorkloadRun {
    private static final long TEXT_BYTES = 64 << 20;

    /** So that the run does not end before its window. */
    private static final int TEXT_REPEATS = 1024;

    /** How many times longer than asked for a busy machine may make a run. */
    private static final int MOST_WAIT = 6;

    private static final long NUMBERS_OF_A_SOURCE = 1L << 40;

    private static final long NETWORK_BYTES = 64 << 20;

    private final BenchmarkSettings settings;
    private final Path folder;
    private final long textBytes;

    /**
     * @param folder for files that workloads read
     * @param textBytes size of WC's text, which it reads again and again
     */
    WorkloadRun(BenchmarkSettings settings, Path folder, long textBytes) {
        this.settings = settings;
        this.folder = folder;
        this.textBytes = textBytes;
    }

    /**
     * @param arguments the number of the repeat, a folder for files, and the arguments of the
     *     command
     */
    public static void main(String[] arguments) throws Exception {
        List<String> all = List.of(arguments);
        BenchmarkSettings settings = BenchmarkSettings.parse(all.subList(2, all.size()));
        if (settings.workload() == Workload.BP) {
            System.out.println(BackPressure.run(settings.records(), settings.spinNanos()));
            return;
        }
        WorkloadRun run = new WorkloadRun(settings, Path.of(all.get(1)), TEXT_BYTES);
        System.out.println(run.measure(all.get(0)).toJson());
    }

    /**
     * @param repeat its number
     */
    Measurement measure(String repeat) throws Exception {
        return measureWindow(repeat, program());
    }

    private Programs.Program program() throws IOException {
        return switch (settings.workload()) {
            case W1 -> Programs.newBids(Long.MAX_VALUE, bids(), new DiscardingSink<>());
            case W2 -> Programs.runningSums(Long.MAX_VALUE, bids(), new DiscardingSink<>());
            case W3 -> counts(TumblingEventTimeWindows.of(Duration.ofSeconds(10)));
            case W4 ->
                    counts(
                            SlidingEventTimeWindows.of(
                                    Duration.ofSeconds(60), Duration.ofSeconds(1)));
            case LAT -> Programs.timedSums(settings.rate(), bids(), new DiscardingSink<>());
            case WC ->
                    Programs.wordCounts(
                            WordFile.of(folder, textBytes)
                                    .repeated(TEXT_REPEATS)
                                    .toUri()
                                    .toString(),
                            new DiscardingSink<>());
            case BP -> throw new IllegalArgumentException("BP has figures of its own");
        };
    }

    private BidGenerator bids() {
        return new BidGenerator(settings.keys(), settings.zipf());
    }

    private Programs.Program counts(WindowAssigner<Object, TimeWindow> windows) {
        return Programs.counts(
                NUMBERS_OF_A_SOURCE, settings.eventRate(), windows, bids(), new DiscardingSink<>());
    }

    /** A part of a run that would never end. */
    private Measurement measureWindow(String repeat, Programs.Program program) throws Exception {
        JobGraph graph = graph(program);
        Measurement measured;
        try (LocalCluster cluster = cluster()) {
            CompletableFuture<JobResult> result = cluster.run(graph);
            while (records(cluster, graph) == 0) {
                awaitThatItRuns(result, 1);
            }
            awaitWork(result, settings.warmupSeconds());
            Profile profile = settings.profile() ? Profile.start() : null;
            long recordsBefore = records(cluster, graph);
            long bytesBefore = bytesSent(cluster);
            long[] latenciesBefore = Latencies.total();
            long fromMillis = System.currentTimeMillis();
            ProcessCounters before = ProcessCounters.now();
            awaitWork(result, settings.windowSeconds());
            long records = records(cluster, graph) - recordsBefore;
            long bytes = bytesSent(cluster) - bytesBefore;
            ProcessCounters after = ProcessCounters.now();
            measured =
                    measurement(
                            repeat,
                            before,
                            after,
                            records,
                            bytes,
                            latencies(latenciesBefore),
                            checkpoints(graph.jobId(), fromMillis));
            if (profile != null) {
                profile.print(System.err);
            }
            cluster.cancel("the benchmark");
            requireState(JobState.CANCELED, result.get());
        }
        return measured;
    }

    private JobGraph graph(Programs.Program program) throws Exception {
        Configuration options = new Configuration();
        if (settings.checkpointDir() != null) {
            options.setString(
                    "execution.checkpointing.num-retained",
                    Integer.toString(CheckpointFigures.RETAINED));
            options.setString(
                    "execution.checkpointing.externalized-checkpoint-retention",
                    "DELETE_ON_CANCELLATION");
        }
        options.addAll(settings.configuration());
        return Programs.graph(program, settings.workload().name(), settings.parallelism(), options);
    }

    private Map<String, Double> latencies(long[] before) {
        if (settings.workload() != Workload.LAT) {
            return null;
        }
        long[] after = Latencies.total();
        Map<String, Double> millis = new LinkedHashMap<>();
        millis.put("p50", Latencies.quantileNanos(before, after, 0.5) / 1e6);
        millis.put("p99", Latencies.quantileNanos(before, after, 0.99) / 1e6);
        millis.put("p99.9", Latencies.quantileNanos(before, after, 0.999) / 1e6);
        millis.put("max", Latencies.quantileNanos(before, after, 1) / 1e6);
        return millis;
    }

    private Map<String, Double> checkpoints(String jobId, long fromMillis) throws IOException {
        return settings.checkpointDir() == null
                ? null
                : new CheckpointFigures(settings.checkpointDir(), jobId)
                        .between(fromMillis, System.currentTimeMillis());
    }

    private LocalCluster cluster() {
        return new LocalCluster(
                new LocalSettings(
                        settings.workers(),
                        settings.slotsPerWorker(),
                        settings.workers() == 1 ? 0 : NETWORK_BYTES,
                        1L << 30,
                        Duration.ofSeconds(30)),
                WorkloadRun.class.getClassLoader());
    }

    /**
     * Lets the job run for so many seconds, and on a machine that is busy with other things until
     * it has had as many seconds of CPU time as well: half-compiled code tells nothing.
     */
    private void awaitWork(CompletableFuture<JobResult> result, int seconds) throws Exception {
        ProcessCounters from = ProcessCounters.now();
        long nanos = TimeUnit.SECONDS.toNanos(seconds);
        awaitThatItRuns(result, TimeUnit.SECONDS.toMillis(seconds));
        ProcessCounters now = ProcessCounters.now();
        while (settings.workload() != Workload.LAT
                && now.cpuNanos() - from.cpuNanos() < nanos
                && now.nanoTime() - from.nanoTime() < MOST_WAIT * nanos) {
            awaitThatItRuns(result, 100);
            now = ProcessCounters.now();
        }
    }

    private static void awaitThatItRuns(CompletableFuture<JobResult> result, long millis)
            throws Exception {
        try {
            throw new IllegalStateException(
                    "The job ended by itself: " + result.get(millis, TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            // as it should be
        }
    }

    private static void requireState(JobState expected, JobResult result) {
        if (result.state() != expected) {
            throw new IllegalStateException("Expected a job that is " + expected + ": " + result);
        }
    }

    private static int lastVertex(JobGraph graph) {
        return graph.vertices().size() - 1;
    }

    /** Of the sources, which emit one for each; a text's words are counted behind its lines. */
    private long records(LocalCluster cluster, JobGraph graph) {
        int vertex = settings.workload() == Workload.WC ? lastVertex(graph) : 0;
        long records = 0;
        for (Map.Entry<AttemptId, SubtaskMetrics> subtask : cluster.subtaskMetrics().entrySet()) {
            if (subtask.getKey().vertex() == vertex) {
                records += subtask.getValue().recordsIn();
            }
        }
        return records;
    }

    private static long bytesSent(LocalCluster cluster) {
        return cluster.subtaskMetrics().values().stream()
                .flatMap(metrics -> metrics.outputs().stream())
                .mapToLong(SubtaskMetrics.EdgeMetrics::bytes)
                .sum();
    }

    private Measurement measurement(
            String repeat,
            ProcessCounters before,
            ProcessCounters after,
            long records,
            long bytesSent,
            Map<String, Double> latencyMillis,
            Map<String, Double> checkpoints)
            throws IOException {
        if (records <= 0) {
            throw new IllegalStateException("No record came through within the window");
        }
        double seconds = (after.nanoTime() - before.nanoTime()) / 1e9;
        return new Measurement(
                settings.workload().name(),
                repeat,
                Math.round(records / seconds),
                Math.round(10.0 * (after.cpuNanos() - before.cpuNanos()) / records) / 10.0,
                after.gcMillis() - before.gcMillis(),
                ProcessCounters.peakRssBytes(),
                settings.workers() == 1 ? null : bytesSent,
                records,
                Math.round(1000 * seconds) / 1000.0,
                latencyMillis,
                checkpoints,
                "bin/benchmark.sh " + String.join(" ", settings.arguments()),
                describedSettings());
    }

    private Map<String, Object> describedSettings() {
        Map<String, Object> described = new LinkedHashMap<>();
        settings.numbers().forEach((option, value) -> described.put(option.jsonName(), value));
        if (settings.workload() == Workload.WC) {
            described.put("textBytes", textBytes);
        }
        settings.options().forEach(described::put);
        described.put("java", Runtime.version().toString());
        described.put("processors", Runtime.getRuntime().availableProcessors());
        described.put(
                "jvmOptions",
                String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
        return described;
    }
}
