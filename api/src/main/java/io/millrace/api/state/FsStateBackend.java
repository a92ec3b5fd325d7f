package io.millrace.api.state;

import static java.util.Objects.requireNonNull;

import io.millrace.api.Configuration;
import io.millrace.api.fs.Path;
import java.net.URI;
import java.util.Map;

/**
 * What older programs ask for: {@link HashMapStateBackend}, and a folder for checkpoints.
 *
 * @param checkpoints {@code execution.checkpointing.dir}
 */
public record FsStateBackend(URI checkpoints) implements StateBackend {
    public FsStateBackend {
        requireNonNull(checkpoints, "checkpoints");
    }

    public FsStateBackend(String checkpoints) {
        this(URI.create(checkpoints));
    }

    public FsStateBackend(Path checkpoints) {
        this(checkpoints.toUri());
    }

    /**
     * @param asynchronous without effect, as below
     */
    public FsStateBackend(Path checkpoints, boolean asynchronous) {
        this(checkpoints.toUri());
    }

    /**
     * @param asynchronous without effect: snapshots are always written beside the running task
     */
    public FsStateBackend(String checkpoints, boolean asynchronous) {
        this(checkpoints);
    }

    @Override
    public Configuration toConfiguration() {
        return Configuration.fromMap(
                Map.of(
                        "state.backend.type",
                        "managed",
                        "execution.checkpointing.dir",
                        checkpoints.toString()));
    }
}
