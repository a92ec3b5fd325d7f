package io.millrace.runtime.state;

import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.memory.MemoryBudget;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Managed memory and a clock for the stores of one test; checks that nothing is left behind.
 *
 * <p>The stores are of the backend {@link TestedBackend}, as the tests of keyed state run over
 * each. Those about how the built-in one lies in memory have the tag {@value #MANAGED_ONLY}.
 */
final class TestStores implements AutoCloseable {
    static final int MAX_PARALLELISM = 12;
    static final String MANAGED_ONLY = "managed-memory";

    private final ManagedMemory memory;

    /** Of stores of the built-in backend, where they are beside others. */
    private final ManagedMemory otherMemory;

    private final StateBackends backends = new StateBackends();
    private final SpillDirectories spill;
    private final Path directory;
    private final List<Long> ballast = new ArrayList<>();
    private final List<KeyedStateStore> stores = new ArrayList<>();
    private final JobClasses classes = new JobClasses(TestStores.class.getClassLoader());
    long wallMillis = 1_000_000;

    TestStores(long bytes) {
        memory = new ManagedMemory(bytes);
        otherMemory = new ManagedMemory(bytes);
        spill = SpillDirectories.none();
        directory = null;
    }

    /** Stores that move what they do not use to a directory when memory is short. */
    TestStores(long bytes, Path directory) {
        memory = new ManagedMemory(bytes);
        otherMemory = new ManagedMemory(bytes);
        spill = new SpillDirectories(List.of(directory));
        this.directory = directory;
    }

    /** Stores that move what they do not use to files that may fail. */
    TestStores(long bytes, Path directory, UnaryOperator<FileChannel> channels) {
        memory = new ManagedMemory(bytes);
        otherMemory = new ManagedMemory(bytes);
        spill = new SpillDirectories(List.of(directory), channels);
        this.directory = directory;
    }

    Path spillDirectory() {
        return directory;
    }

    /**
     * Makes memory short without making it few: stores move to disk what they can, after each block
     * that they take.
     */
    void makeShort() {
        MemoryBudget others = memory.budget("others", memory.totalBytes());
        int block = 1 << 20;
        while (others.freeBytes() > memory.totalBytes() / 8 - block) {
            ballast.add(others.allocate(block));
        }
    }

    ManagedMemory memory() {
        return memory;
    }

    KeyedStateStore open(TypeInformation<?> keyType) {
        return open(keyType, 0, 1);
    }

    KeyedStateStore open(TypeInformation<?> keyType, int subtask, int parallelism) {
        return open(keyType, subtask, parallelism, memory.totalBytes());
    }

    KeyedStateStore open(
            TypeInformation<?> keyType, int subtask, int parallelism, long budgetBytes) {
        return open(
                keyType,
                subtask,
                parallelism,
                memory.budget("sums[" + subtask + "]", budgetBytes),
                TestedBackend.options());
    }

    /** A store of the built-in backend. */
    KeyedStateStore openManaged(TypeInformation<?> keyType, int subtask, int parallelism) {
        return open(
                keyType,
                subtask,
                parallelism,
                otherMemory.budget("sums[" + subtask + "]", otherMemory.totalBytes()),
                TestedBackend.options("managed"));
    }

    /** A store of the built-in backend, or of the one that is tested. */
    KeyedStateStore openAny(
            Random random, TypeInformation<?> keyType, int subtask, int parallelism) {
        return random.nextBoolean()
                ? open(keyType, subtask, parallelism)
                : openManaged(keyType, subtask, parallelism);
    }

    private KeyedStateStore open(
            TypeInformation<?> keyType,
            int subtask,
            int parallelism,
            MemoryBudget budget,
            ParsedConfiguration job) {
        KeyedStateStore store =
                backends.open(
                        new KeyedStateSettings(
                                "sums[" + subtask + "]",
                                keyType,
                                KeyGroupRange.of(subtask, MAX_PARALLELISM, parallelism),
                                MAX_PARALLELISM,
                                classes,
                                budget,
                                () -> wallMillis,
                                spill),
                        job);
        stores.add(store);
        return store;
    }

    /** Closes all stores; fails if one has kept memory. */
    @Override
    public void close() {
        stores.forEach(KeyedStateStore::close);
        MemoryBudget others = memory.budget("others", memory.totalBytes());
        ballast.forEach(block -> others.free(block, 1 << 20));
        memory.close();
        otherMemory.close();
    }
}
