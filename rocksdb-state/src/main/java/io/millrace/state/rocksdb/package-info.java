/**
 * Keyed state in RocksDB, for jobs whose state is many times as large as their memory.
 *
 * <p>Begin at {@link io.millrace.state.rocksdb.RocksDbBackend}, which the runtime finds by {@code
 * state.backend.type}; {@link io.millrace.state.rocksdb.RocksStateStore} is the store of one keyed
 * operator of one subtask, and {@link io.millrace.state.rocksdb.Database} owns all its native
 * objects.
 *
 * <p>Threads: a store belongs to the subtask's thread; its snapshots are written by another.
 *
 * <p>Knows the runtime's contract of keyed state and RocksDB; no operators, edges or YARN.
 */
package io.millrace.state.rocksdb;
