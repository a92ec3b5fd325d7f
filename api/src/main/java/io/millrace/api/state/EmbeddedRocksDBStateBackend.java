package io.millrace.api.state;

import static java.util.Objects.requireNonNull;

import io.millrace.api.Configuration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * State in RocksDB on local disks, for what is many times as large as memory.
 *
 * <p>Threads: belongs to the thread that runs the program's main method.
 */
public final class EmbeddedRocksDBStateBackend implements StateBackend {
    private final Map<String, String> options = new LinkedHashMap<>();

    public EmbeddedRocksDBStateBackend() {
        options.put("state.backend.type", "rocksdb");
    }

    /**
     * @param incremental whether checkpoints hold what has changed since the last one ({@code
     *     execution.checkpointing.incremental})
     */
    public EmbeddedRocksDBStateBackend(boolean incremental) {
        this();
        options.put("execution.checkpointing.incremental", Boolean.toString(incremental));
    }

    /** As {@link #setDbStoragePaths}, with one directory. */
    public void setDbStoragePath(String path) {
        setDbStoragePaths(path);
    }

    /** Directories on the workers' own disks ({@code state.backend.rocksdb.localdir}). */
    public void setDbStoragePaths(String... paths) {
        options.put("state.backend.rocksdb.localdir", String.join(";", paths));
    }

    /** Has no effect, and the start says so; see {@link PredefinedOptions}. */
    public void setPredefinedOptions(PredefinedOptions predefined) {
        options.put(
                "state.backend.rocksdb.predefined-options",
                requireNonNull(predefined, "predefined").name());
    }

    /** Has no effect, and the start says so: what is copied is copied with the checkpoint. */
    public void setNumberOfTransferThreads(int threads) {
        options.put(
                "state.backend.rocksdb.checkpoint.transfer.thread.num", Integer.toString(threads));
    }

    @Override
    public Configuration toConfiguration() {
        return Configuration.fromMap(options);
    }
}
