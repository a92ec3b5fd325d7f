package io.millrace.api.state;

import io.millrace.api.Configuration;
import java.util.HashMap;
import java.util.Map;

/**
 * What older programs ask for to try something out: {@link HashMapStateBackend}.
 *
 * <p>Checkpoints are never kept in the master's memory, where they would be gone with it: they go
 * to {@code execution.checkpointing.dir} as those of any job.
 *
 * @param checkpoints {@code execution.checkpointing.dir}; null leaves it as it is
 * @param savepoints {@code execution.checkpointing.savepoint-dir}; null leaves it as it is
 */
public record MemoryStateBackend(String checkpoints, String savepoints) implements StateBackend {

    public MemoryStateBackend() {
        this(null, null);
    }

    /**
     * @param asynchronous without effect: snapshots are always written beside the running task
     */
    public MemoryStateBackend(boolean asynchronous) {
        this();
    }

    /**
     * @param maxStateSize without effect: there is no such limit
     */
    public MemoryStateBackend(int maxStateSize) {
        this();
    }

    /** As {@link #MemoryStateBackend(boolean)} and {@link #MemoryStateBackend(int)}. */
    public MemoryStateBackend(int maxStateSize, boolean asynchronous) {
        this();
    }

    @Override
    public Configuration toConfiguration() {
        Map<String, String> options = new HashMap<>(Map.of("state.backend.type", "managed"));
        if (checkpoints != null) {
            options.put("execution.checkpointing.dir", checkpoints);
        }
        if (savepoints != null) {
            options.put("execution.checkpointing.savepoint-dir", savepoints);
        }
        return Configuration.fromMap(options);
    }
}
