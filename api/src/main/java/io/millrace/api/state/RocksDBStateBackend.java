package io.millrace.api.state;

import static java.util.Objects.requireNonNull;

import io.millrace.api.Configuration;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/**
 * What older programs ask for: {@link EmbeddedRocksDBStateBackend}, and a folder for checkpoints.
 *
 * @param checkpoints {@code execution.checkpointing.dir}
 * @param incremental as in {@link EmbeddedRocksDBStateBackend}
 */
public record RocksDBStateBackend(URI checkpoints, Boolean incremental) implements StateBackend {
    public RocksDBStateBackend {
        requireNonNull(checkpoints, "checkpoints");
    }

    public RocksDBStateBackend(String checkpoints) {
        this(URI.create(checkpoints), null);
    }

    public RocksDBStateBackend(String checkpoints, boolean incremental) {
        this(URI.create(checkpoints), incremental);
    }

    public RocksDBStateBackend(URI checkpoints) {
        this(checkpoints, null);
    }

    @Override
    public Configuration toConfiguration() {
        Map<String, String> options =
                new HashMap<>(
                        new EmbeddedRocksDBStateBackend(incremental).toConfiguration().toMap());
        options.put("execution.checkpointing.dir", checkpoints.toString());
        return Configuration.fromMap(options);
    }
}
