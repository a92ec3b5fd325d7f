package io.millrace.api.state;

import static java.util.Objects.requireNonNull;

import io.millrace.api.Configuration;
import java.net.URI;

/**
 * What older programs ask for: {@link EmbeddedRocksDBStateBackend}, and a folder for checkpoints.
 *
 * <p>Threads: belongs to the thread that runs the program's main method.
 */
public final class RocksDBStateBackend implements StateBackend {
    private final URI checkpoints;
    private final EmbeddedRocksDBStateBackend embedded;

    private RocksDBStateBackend(URI checkpoints, EmbeddedRocksDBStateBackend embedded) {
        this.checkpoints = requireNonNull(checkpoints, "checkpoints");
        this.embedded = embedded;
    }

    /**
     * @param checkpoints {@code execution.checkpointing.dir}
     */
    public RocksDBStateBackend(String checkpoints) {
        this(URI.create(checkpoints));
    }

    /**
     * @param checkpoints {@code execution.checkpointing.dir}
     * @param incremental as in {@link EmbeddedRocksDBStateBackend}
     */
    public RocksDBStateBackend(String checkpoints, boolean incremental) {
        this(URI.create(checkpoints), incremental);
    }

    /** As {@link #RocksDBStateBackend(String)}. */
    public RocksDBStateBackend(URI checkpoints) {
        this(checkpoints, new EmbeddedRocksDBStateBackend());
    }

    /** As {@link #RocksDBStateBackend(String, boolean)}. */
    public RocksDBStateBackend(URI checkpoints, boolean incremental) {
        this(checkpoints, new EmbeddedRocksDBStateBackend(incremental));
    }

    /** See {@link EmbeddedRocksDBStateBackend#setDbStoragePath}. */
    public void setDbStoragePath(String path) {
        embedded.setDbStoragePath(path);
    }

    /** See {@link EmbeddedRocksDBStateBackend#setDbStoragePaths}. */
    public void setDbStoragePaths(String... paths) {
        embedded.setDbStoragePaths(paths);
    }

    /** See {@link EmbeddedRocksDBStateBackend#setPredefinedOptions}. */
    public void setPredefinedOptions(PredefinedOptions predefined) {
        embedded.setPredefinedOptions(predefined);
    }

    /** See {@link EmbeddedRocksDBStateBackend#setNumberOfTransferThreads}. */
    public void setNumberOfTransferThreads(int threads) {
        embedded.setNumberOfTransferThreads(threads);
    }

    /** The same under the name, misspelt, that older programs use. */
    public void setNumberOfTransferingThreads(int threads) {
        setNumberOfTransferThreads(threads);
    }

    @Override
    public Configuration toConfiguration() {
        Configuration options = embedded.toConfiguration();
        options.setString("execution.checkpointing.dir", checkpoints.toString());
        return options;
    }
}
