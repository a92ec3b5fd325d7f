package io.millrace.runtime.worker;

import io.millrace.api.Configuration;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.config.JobOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.operator.KeyedStores;
import io.millrace.runtime.operator.SubtaskContext;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedStateSettings;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.SpillDirectories;
import io.millrace.runtime.state.StateBackends;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Stores in the managed memory of the worker, of which each may use as much as is left.
 *
 * <p>Threads: any.
 *
 * @param wallMillis the time that state lives by
 * @param localDirectories where state goes that does not fit, unless {@code io.tmp.dirs} is set;
 *     empty: nowhere
 * @param backends of the worker
 */
public record ManagedStores(
        ManagedMemory memory,
        LongSupplier wallMillis,
        List<Path> localDirectories,
        StateBackends backends)
        implements KeyedStores {
    public ManagedStores {
        localDirectories = List.copyOf(localDirectories);
    }

    /** Stores of whichever backend a job asks for. */
    public ManagedStores(
            ManagedMemory memory, LongSupplier wallMillis, List<Path> localDirectories) {
        this(memory, wallMillis, localDirectories, new StateBackends());
    }

    /** Stores that have to do with the memory. */
    public ManagedStores(ManagedMemory memory, LongSupplier wallMillis) {
        this(memory, wallMillis, List.of());
    }

    /** What the system gives this process: YARN's directories of the container, or the JDK's. */
    static List<Path> directoriesOfProcess() {
        String ofContainer = System.getenv("LOCAL_DIRS");
        return ofContainer == null || ofContainer.isBlank()
                ? List.of(Path.of(System.getProperty("java.io.tmpdir")))
                : Arrays.stream(ofContainer.split(",")).map(Path::of).toList();
    }

    private SpillDirectories spill(ParsedConfiguration job) {
        List<String> configured = job.get(JobOptions.LOCAL_DIRECTORIES);
        return new SpillDirectories(
                configured.isEmpty()
                        ? localDirectories
                        : configured.stream().map(Path::of).toList());
    }

    @Override
    public FileChannel localFile(SubtaskContext subtask) throws IOException {
        return spill(
                        ParsedConfiguration.of(
                                Configuration.fromMap(subtask.deployment().configuration())))
                .openFile();
    }

    @Override
    public KeyedStateStore open(
            SubtaskContext subtask, String operatorName, TypeInformation<?> keyType) {
        int maxParallelism = subtask.deployment().maxParallelism();
        String owner = operatorName + "[" + subtask.subtask() + "]";
        ParsedConfiguration job =
                ParsedConfiguration.of(Configuration.fromMap(subtask.deployment().configuration()));
        return backends.open(
                new KeyedStateSettings(
                        owner,
                        keyType,
                        KeyGroupRange.of(subtask.subtask(), maxParallelism, subtask.parallelism()),
                        maxParallelism,
                        subtask.classes(),
                        memory.budget(owner, memory.totalBytes()),
                        wallMillis,
                        spill(job)),
                job);
    }
}
