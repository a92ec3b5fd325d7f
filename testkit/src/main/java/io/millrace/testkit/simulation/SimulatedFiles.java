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
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The output folder of one job: what runs have written, and which run is visible. */
final class SimulatedFiles implements JobFiles {
    private final Simulation simulation;
    private final Faults faults;

    /** Hears of each run that becomes visible. */
    private final Consumer<String> onVisible;

    /** Lines by run, then by part. */
    private final Map<String, Map<String, List<String>>> unfinished = new TreeMap<>();

    private Map<String, List<String>> visible;
    private String visibleRun;

    SimulatedFiles(Simulation simulation, Faults faults, Consumer<String> onVisible) {
        this.simulation = simulation;
        this.faults = faults;
        this.onVisible = onVisible;
    }

    /** A subtask adds a line to its part. */
    void append(String run, String part, String line) {
        unfinished
                .computeIfAbsent(run, r -> new TreeMap<>())
                .computeIfAbsent(part, p -> new ArrayList<>())
                .add(line);
    }

    /** Lines by part, or null while nothing is visible. */
    Map<String, List<String>> visible() {
        return visible;
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
                    if (!outputs.isEmpty() && !run.equals(visibleRun)) {
                        onVisible.accept(run);
                        visible = unfinished.getOrDefault(run, Map.of());
                        visibleRun = run;
                    }
                    unfinished.clear();
                    return new Result.Done<>(null);
                });
    }

    @Override
    public void discard(List<FileOutput> outputs, String run, Consumer<Result<Void>> reply) {
        call(
                reply,
                () -> {
                    unfinished.remove(run);
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
