package io.millrace.testkit.simulation;

import io.millrace.runtime.file.FileSplit;
import io.millrace.runtime.graph.JobVertex.FileInput;
import io.millrace.runtime.graph.JobVertex.FileOutput;
import io.millrace.runtime.master.JobFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The output folders of one job: what runs have written, and which run is visible in each. */
final class SimulatedFiles implements JobFiles {
    private final Simulation simulation;
    private final Faults faults;

    /** Hears of each run that becomes visible, and in which folder. */
    private final BiConsumer<String, String> onVisible;

    /** Lines by folder, by run, and by part. */
    private final Map<String, Map<String, Map<String, List<String>>>> unfinished = new TreeMap<>();

    /** Lines by part. */
    private final Map<String, List<String>> visible = new TreeMap<>();

    /** By folder. */
    private final Map<String, String> visibleRuns = new TreeMap<>();

    SimulatedFiles(Simulation simulation, Faults faults, BiConsumer<String, String> onVisible) {
        this.simulation = simulation;
        this.faults = faults;
        this.onVisible = onVisible;
    }

    /** Folder of the output of a vertex. */
    static String folder(int vertex) {
        return "sim:/out-" + vertex;
    }

    /** A subtask adds a line to its part. */
    void append(int vertex, String run, String part, String line) {
        unfinished
                .computeIfAbsent(folder(vertex), f -> new TreeMap<>())
                .computeIfAbsent(run, r -> new TreeMap<>())
                .computeIfAbsent(part, p -> new ArrayList<>())
                .add(line);
    }

    /** Lines by part, or null while nothing is visible. */
    Map<String, List<String>> visible() {
        return visible.isEmpty() ? null : visible;
    }

    @Override
    public void prepare(
            List<FileInput> inputs,
            List<FileOutput> outputs,
            int minSplits,
            Consumer<Result<Prepared>> reply) {
        call(
                reply,
                () -> {
                    List<FileSplit> splits = new ArrayList<>();
                    long total = 0;
                    for (FileInput input : inputs) {
                        for (int i = 0; i < minSplits; i++) {
                            splits.add(
                                    new FileSplit(
                                            input.operator(), input.path(), i * 100L, 100, 1000));
                            total += 100;
                        }
                    }
                    return new Result.Done<>(new Prepared(splits, total));
                });
    }

    @Override
    public void commit(List<FileOutput> outputs, String run, Consumer<Result<Void>> reply) {
        call(
                reply,
                () -> {
                    for (FileOutput output : outputs) {
                        String folder = output.path();
                        Map<String, Map<String, List<String>>> runs = unfinished.remove(folder);
                        if (!run.equals(visibleRuns.get(folder))) {
                            onVisible.accept(folder, run);
                            visibleRuns.put(folder, run);
                            visible.putAll(
                                    runs == null ? Map.of() : runs.getOrDefault(run, Map.of()));
                        }
                    }
                    return new Result.Done<>(null);
                });
    }

    @Override
    public void discard(List<FileOutput> outputs, String run, Consumer<Result<Void>> reply) {
        call(
                reply,
                () -> {
                    for (FileOutput output : outputs) {
                        unfinished.getOrDefault(output.path(), new TreeMap<>()).remove(run);
                    }
                    return new Result.Done<>(null);
                });
    }

    private <T> void call(Consumer<Result<T>> reply, Supplier<Result<T>> execution) {
        boolean failed = simulation.chance(faults.fileFailure());
        boolean executed = !failed || simulation.chance(0.5);
        simulation.between(
                Duration.ofMillis(1),
                Duration.ofMillis(500),
                () -> {
                    Result<T> result = executed ? execution.get() : null;
                    simulation.between(
                            Duration.ZERO,
                            Duration.ofMillis(500),
                            () ->
                                    reply.accept(
                                            failed
                                                    ? new Result.Failed<>("file system away")
                                                    : result));
                });
    }
}
