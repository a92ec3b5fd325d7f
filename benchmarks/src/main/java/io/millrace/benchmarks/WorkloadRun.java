package io.millrace.benchmarks;

import io.millrace.api.function.DiscardingSink;
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
 * <p>Records are counted by the engine's own counters, at the operators where the job ends.
 */
public final class WorkloadRun {
    private static final long TEXT_BYTES = 64 << 20;
    private static final long NETWORK_BYTES = 64 << 20;

    private final BenchmarkSettings settings;
    private final Path folder;
    private final long textBytes;

    /**
     * @param folder for files that workloads read
     * @param textBytes size of WC's text
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
        return switch (settings.workload()) {
            case W1 ->
                    measureWindow(
                            repeat,
                            Programs.newBids(
                                    Long.MAX_VALUE, settings.keys(), new DiscardingSink<>()));
            case W2 ->
                    measureWindow(
                            repeat,
                            Programs.runningSums(
                                    Long.MAX_VALUE, settings.keys(), new DiscardingSink<>()));
            case WC -> measureWords(repeat, WordFile.of(folder, textBytes));
            case BP -> throw new IllegalArgumentException("BP has figures of its own");
        };
    }

    /** A part of a run that would never end. */
    private Measurement measureWindow(String repeat, Programs.Program program) throws Exception {
        JobGraph graph = graph(program);
        Measurement measured;
        try (LocalCluster cluster = cluster()) {
            CompletableFuture<JobResult> result = cluster.run(graph);
            while (recordsIn(cluster, graph) == 0) {
                awaitThatItRuns(result, 1);
            }
            awaitThatItRuns(result, TimeUnit.SECONDS.toMillis(settings.warmupSeconds()));
            Profile profile = settings.profile() ? Profile.start() : null;
            long recordsBefore = recordsIn(cluster, graph);
            long bytesBefore = bytesSent(cluster);
            ProcessCounters before = ProcessCounters.now();
            awaitThatItRuns(result, TimeUnit.SECONDS.toMillis(settings.windowSeconds()));
            long records = recordsIn(cluster, graph) - recordsBefore;
            long bytes = bytesSent(cluster) - bytesBefore;
            ProcessCounters after = ProcessCounters.now();
            measured = measurement(repeat, before, after, records, bytes);
            if (profile != null) {
                profile.print(System.err);
            }
            cluster.cancel("the benchmark");
            requireState(JobState.CANCELED, result.get());
        }
        return measured;
    }

    /** A whole run, the second one in this JVM. */
    private Measurement measureWords(String repeat, WordFile file) throws Exception {
        Programs.Program program =
                Programs.wordCounts(file.path().toUri().toString(), new DiscardingSink<>());
        runToItsEnd(program, file);
        Profile profile = settings.profile() ? Profile.start() : null;
        ProcessCounters before = ProcessCounters.now();
        long bytes = runToItsEnd(program, file);
        Measurement measured =
                measurement(repeat, before, ProcessCounters.now(), file.words(), bytes);
        if (profile != null) {
            profile.print(System.err);
        }
        return measured;
    }

    /** Returns the bytes sent between workers. */
    private long runToItsEnd(Programs.Program program, WordFile file) throws Exception {
        JobGraph graph = graph(program);
        try (LocalCluster cluster = cluster()) {
            requireState(JobState.FINISHED, cluster.run(graph).get());
            long words = cluster.status().vertices().get(lastVertex(graph)).recordsIn();
            if (words != file.words()) {
                throw new IllegalStateException(
                        words + " words were counted in a file of " + file.words());
            }
            return cluster.status().vertices().stream()
                    .mapToLong(vertex -> vertex.bytesOut())
                    .sum();
        }
    }

    private JobGraph graph(Programs.Program program) throws Exception {
        return Programs.graph(program, settings.workload().name(), settings.parallelism());
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

    private static long recordsIn(LocalCluster cluster, JobGraph graph) {
        long records = 0;
        for (Map.Entry<AttemptId, SubtaskMetrics> subtask : cluster.subtaskMetrics().entrySet()) {
            if (subtask.getKey().vertex() == lastVertex(graph)) {
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
            long bytesSent)
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
                describedSettings());
    }

    private Map<String, Object> describedSettings() {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("parallelism", settings.parallelism());
        described.put("workers", settings.workers());
        if (settings.workload() == Workload.WC) {
            described.put("textBytes", textBytes);
        } else {
            described.put("keys", settings.keys());
            described.put("warmupSeconds", settings.warmupSeconds());
            described.put("windowSeconds", settings.windowSeconds());
        }
        described.put("repeats", settings.repeats());
        described.put("java", Runtime.version().toString());
        described.put("processors", Runtime.getRuntime().availableProcessors());
        described.put(
                "jvmOptions",
                String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
        return described;
    }
}
