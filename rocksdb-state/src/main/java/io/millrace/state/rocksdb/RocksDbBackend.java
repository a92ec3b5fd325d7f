package io.millrace.state.rocksdb;

import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.StateBackendOptions;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.state.KeyedStateSettings;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.StateBackend;
import io.millrace.runtime.state.StateException;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.RocksDB;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code state.backend.type: rocksdb}.
 *
 * <p>Each store has a database of its own; all of a worker share one cache and one limit of write
 * buffers, which take the managed memory ({@link SharedMemory}).
 */
public final class RocksDbBackend implements StateBackend {
    private static final Logger LOG = LoggerFactory.getLogger(RocksDbBackend.class);

    private final SharedMemory memory = new SharedMemory();
    private final LocalDirectories directories = new LocalDirectories();
    private boolean loaded;

    @Override
    public String name() {
        return "rocksdb";
    }

    @Override
    public KeyedStateStore open(KeyedStateSettings settings, ParsedConfiguration job) {
        load();
        List<Path> configured =
                job.get(StateBackendOptions.ROCKSDB_DIRECTORIES).stream().map(Path::of).toList();
        List<Path> places = configured.isEmpty() ? settings.spill().directories() : configured;
        if (places.isEmpty()) {
            places = List.of(Path.of(System.getProperty("java.io.tmpdir")));
        }
        SharedMemory.Parts parts =
                new SharedMemory.Parts(
                        job.get(StateBackendOptions.ROCKSDB_WRITE_BUFFER_RATIO),
                        job.get(StateBackendOptions.ROCKSDB_HIGH_PRIORITY_RATIO));
        SharedMemory.Lease lease = memory.lease(settings.memory(), settings.owner(), parts);
        Database database = null;
        try {
            database =
                    new Database(
                            settings.owner(),
                            directories.create(places, settings.owner()),
                            lease,
                            job.get(StateBackendOptions.ROCKSDB_THREADS));
            return new RocksStateStore(settings, database);
        } catch (RuntimeException e) {
            if (database != null) {
                database.release();
            } else {
                lease.release();
            }
            throw e;
        }
    }

    /** Brings the native library into this process. */
    private synchronized void load() {
        if (loaded) {
            return;
        }
        try {
            RocksDB.loadLibrary();
        } catch (RuntimeException | LinkageError e) {
            throw new StateException(
                    Failure.Category.CLUSTER,
                    "RocksDB's native library cannot be loaded on this machine ("
                            + System.getProperty("os.name")
                            + ", "
                            + System.getProperty("os.arch")
                            + "): the jar has it for Linux with glibc, and unpacks it into"
                            + " java.io.tmpdir ("
                            + System.getProperty("java.io.tmpdir")
                            + "), where files must be executable. Or set state.backend.type to"
                            + " managed",
                    e);
        }
        loaded = true;
        LOG.info("RocksDB {} keeps the state of this process", RocksDB.rocksdbVersion());
    }
}
