package io.millrace.runtime.config;

import static io.millrace.api.ConfigOption.Scope.JOB;
import static io.millrace.api.ConfigOption.Scope.WORKER;

import io.millrace.api.ConfigOption;
import io.millrace.api.ConfigOptions;
import java.util.List;

/** Where the state of keyed operators lies while a job runs. */
public final class StateBackendOptions {
    private StateBackendOptions() {}

    /** The backends. */
    public enum Type {
        /** Bytes in managed memory; what does not fit goes to local disks. */
        MANAGED,
        /** What Flink calls its state in memory: the same as {@link #MANAGED}. */
        HASHMAP,
        /** What Flink's older configurations say: the same as {@link #MANAGED}. */
        FILESYSTEM,
        /** What Flink's oldest configurations say: the same as {@link #MANAGED}. */
        JOBMANAGER,
        /** RocksDB on local disks, with managed memory for its caches and buffers. */
        ROCKSDB
    }

    public static final ConfigOption<Type> TYPE =
            ConfigOption.named("state.backend.type", Type.class)
                    .readBy(JOB, WORKER)
                    .withDeprecatedKeys("state.backend")
                    .defaultValue(Type.MANAGED)
                    .withDescription(
                            "Where the state of keyed operators lies: MANAGED keeps it as bytes in"
                                + " managed memory and moves what does not fit to local disks;"
                                + " ROCKSDB keeps it in RocksDB on local disks, with the managed"
                                + " memory for its caches and buffers, for state that is many times"
                                + " as large as memory. HASHMAP, FILESYSTEM and JOBMANAGER, Flink's"
                                + " names, mean MANAGED. A checkpoint or savepoint of the one can"
                                + " be restored by the other.");

    public static final ConfigOption<List<String>> ROCKSDB_DIRECTORIES =
            ConfigOptions.key("state.backend.rocksdb.localdir")
                    .stringType()
                    .asList()
                    .defaultValue(List.of())
                    .readBy(WORKER)
                    .withDescription(
                            "Directories on the worker's own disks that RocksDB keeps its files"
                                    + " in, one of them for each keyed operator of a subtask."
                                    + " Unset: those of io.tmp.dirs.");

    public static final ConfigOption<Double> ROCKSDB_WRITE_BUFFER_RATIO =
            ConfigOption.named("state.backend.rocksdb.memory.write-buffer-ratio", Double.class)
                    .readBy(WORKER)
                    .defaultValue(0.5)
                    .between(0.05, 0.9)
                    .withDescription(
                            "Part of the managed memory that RocksDB collects writes in before"
                                    + " they become files; the rest is its block cache.");

    public static final ConfigOption<Double> ROCKSDB_HIGH_PRIORITY_RATIO =
            ConfigOption.named("state.backend.rocksdb.memory.high-prio-pool-ratio", Double.class)
                    .readBy(WORKER)
                    .defaultValue(0.1)
                    .between(0.0, 0.9)
                    .withDescription(
                            "Part of RocksDB's block cache that is kept for indexes and filters.");

    public static final ConfigOption<Integer> ROCKSDB_THREADS =
            ConfigOption.named("state.backend.rocksdb.thread.num", Integer.class)
                    .readBy(WORKER)
                    .defaultValue(2)
                    .between(1, 64)
                    .withDescription(
                            "Threads of a worker that write and compact RocksDB's files; all its"
                                    + " stores share them.");
}
