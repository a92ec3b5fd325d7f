package io.millrace.runtime.state;

import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.memory.MemoryBudget;
import java.util.function.LongSupplier;

/**
 * What a {@link KeyedStateStore} is made of.
 *
 * @param owner for messages: the operator and subtask
 * @param keyType of all its states
 * @param keyGroups of the subtask
 * @param maxParallelism of the job vertex
 * @param classes of the job, for serializers
 * @param memory what the store may use; nobody else uses this budget
 * @param wallMillis the time that values live by
 * @param spill where state goes that does not fit into memory
 */
public record KeyedStateSettings(
        String owner,
        TypeInformation<?> keyType,
        KeyGroupRange keyGroups,
        int maxParallelism,
        JobClasses classes,
        MemoryBudget memory,
        LongSupplier wallMillis,
        SpillDirectories spill) {
    public KeyedStateSettings {
        if (keyGroups.last() >= maxParallelism) {
            throw new IllegalArgumentException("Key groups " + keyGroups + " of " + maxParallelism);
        }
    }

    /** For a store that has to do with its memory. */
    public KeyedStateSettings(
            String owner,
            TypeInformation<?> keyType,
            KeyGroupRange keyGroups,
            int maxParallelism,
            JobClasses classes,
            MemoryBudget memory,
            LongSupplier wallMillis) {
        this(
                owner,
                keyType,
                keyGroups,
                maxParallelism,
                classes,
                memory,
                wallMillis,
                SpillDirectories.none());
    }
}
