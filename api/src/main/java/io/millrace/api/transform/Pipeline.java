package io.millrace.api.transform;

import io.millrace.api.Configuration;
import io.millrace.api.RuntimeExecutionMode;
import java.util.List;

/**
 * A program as it is handed to whatever runs it.
 *
 * @param jobName shown to people; not unique
 * @param leaves every node that nothing else reads, sinks and others, at least one
 * @param parallelism of operators that set none, at least 1, or {@link Transformation#UNSET} for
 *     the executor's default
 * @param maxParallelism number of key groups, or {@link Transformation#UNSET}
 * @param configuration what the program itself has set
 */
public record Pipeline(
        String jobName,
        List<Transformation<?>> leaves,
        int parallelism,
        int maxParallelism,
        RuntimeExecutionMode mode,
        boolean chainingEnabled,
        Configuration configuration) {
    public Pipeline {
        leaves = List.copyOf(leaves);
    }
}
