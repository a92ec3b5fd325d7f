package io.millrace.api.state;

import io.millrace.api.Configuration;
import java.util.HashMap;
import java.util.Map;

/**
 * State in RocksDB on local disks, for what is many times as large as memory.
 *
 * @param incremental whether checkpoints hold what has changed since the last one; null leaves it
 *     to {@code execution.checkpointing.incremental}
 */
public record EmbeddedRocksDBStateBackend(Boolean incremental) implements StateBackend {

    public EmbeddedRocksDBStateBackend() {
        this(null);
    }

    @Override
    public Configuration toConfiguration() {
        Map<String, String> options = new HashMap<>(Map.of("state.backend.type", "rocksdb"));
        if (incremental != null) {
            options.put("execution.checkpointing.incremental", incremental.toString());
        }
        return Configuration.fromMap(options);
    }
}
