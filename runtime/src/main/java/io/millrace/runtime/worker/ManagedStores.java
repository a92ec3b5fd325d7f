package io.millrace.runtime.worker;

import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.operator.KeyedStores;
import io.millrace.runtime.operator.SubtaskContext;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedStateSettings;
import io.millrace.runtime.state.KeyedStateStore;
import java.util.function.LongSupplier;

/**
 * Stores in the managed memory of the worker, of which each may use as much as is left.
 *
 * <p>Threads: any.
 *
 * @param wallMillis the time that state lives by
 */
public record ManagedStores(ManagedMemory memory, LongSupplier wallMillis) implements KeyedStores {

    @Override
    public KeyedStateStore open(
            SubtaskContext subtask, String operatorName, TypeInformation<?> keyType) {
        int maxParallelism = subtask.deployment().maxParallelism();
        String owner = operatorName + "[" + subtask.subtask() + "]";
        return KeyedStateStore.binary(
                new KeyedStateSettings(
                        owner,
                        keyType,
                        KeyGroupRange.of(subtask.subtask(), maxParallelism, subtask.parallelism()),
                        maxParallelism,
                        subtask.classes(),
                        memory.budget(owner, memory.totalBytes()),
                        wallMillis));
    }
}
