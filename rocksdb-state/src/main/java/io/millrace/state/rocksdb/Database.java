package io.millrace.state.rocksdb;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.state.StateException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rocksdb.AbstractImmutableNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteOptions;

/**
 * The RocksDB of one store, and all native objects that belong to it.
 *
 * <p>Nothing in it outlives the store: there is no write-ahead log, and the directory goes with the
 * database. It is closed when its store and the last {@link View} have let go of it: first the
 * column families, then the database, then its options, at last its part of the memory.
 *
 * <p>Threads: reading and writing belong to the subtask's thread; a {@link View} may be used by
 * another.
 */
final class Database {
    /** What there is a key space for. */
    enum Family {
        /** The state, by {@link EntryKey}. */
        ENTRIES,
        /** Keys of entries that were changed or removed, by epoch: see {@link Increments}. */
        CHANGES,
        /** What is taken out in the order of a number: see {@link OrderIndex}. */
        ORDER
    }

    private static final int BLOOM_BITS = 10;
    private static final long MAX_BUFFER_BYTES = 64 << 20;
    private static final long MIN_ARENA_BYTES = 8 << 10;
    private static final long MAX_ARENA_BYTES = 256 << 10;
    private static final int READAHEAD_BYTES = 256 << 10;

    private final String owner;
    private final Path directory;
    private final SharedMemory.Lease memory;

    /** In the order of closing, after the database. */
    private final List<AbstractImmutableNativeReference> options = new ArrayList<>();

    private final List<ColumnFamilyHandle> families = new ArrayList<>();
    private final RocksDB db;
    private final ReadOptions read;
    private final WriteOptions write;

    /** Guarded by this. */
    private int users = 1;

    /**
     * @param directory empty; removed when the database is closed
     * @param threads of the process for flushes and compactions
     */
    Database(String owner, Path directory, SharedMemory.Lease memory, int threads) {
        this.owner = owner;
        this.directory = directory;
        this.memory = memory;
        this.read = new ReadOptions();
        this.write = new WriteOptions().setDisableWAL(true);
        options.add(read);
        options.add(write);
        try {
            this.db = open(threads);
        } catch (RocksDBException e) {
            closeOptions();
            LocalDirectories.release(directory);
            throw failed("cannot be opened", e);
        }
    }

    private RocksDB open(int threads) throws RocksDBException {
        BloomFilter filter = new BloomFilter(BLOOM_BITS, false);
        long arenaBytes =
                Math.max(MIN_ARENA_BYTES, Math.min(MAX_ARENA_BYTES, memory.bufferBytes() / 256));
        ColumnFamilyOptions perFamily =
                new ColumnFamilyOptions()
                        .setWriteBufferSize(
                                Math.max(
                                        4 * arenaBytes,
                                        Math.min(MAX_BUFFER_BYTES, memory.bufferBytes())))
                        .setArenaBlockSize(arenaBytes)
                        .setMaxWriteBufferNumber(3)
                        .setCompressionType(CompressionType.LZ4_COMPRESSION)
                        .setTableFormatConfig(
                                new BlockBasedTableConfig()
                                        .setBlockCache(memory.cache())
                                        .setCacheIndexAndFilterBlocks(true)
                                        .setCacheIndexAndFilterBlocksWithHighPriority(true)
                                        .setPinL0FilterAndIndexBlocksInCache(true)
                                        .setFilterPolicy(filter));
        DBOptions whole =
                new DBOptions()
                        .setCreateIfMissing(true)
                        .setCreateMissingColumnFamilies(true)
                        .setErrorIfExists(true)
                        .setAvoidFlushDuringShutdown(true)
                        .setUseFsync(false)
                        .setMaxBackgroundJobs(threads)
                        .setWriteBufferManager(memory.buffers())
                        .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL)
                        .setKeepLogFileNum(1)
                        .setStatsDumpPeriodSec(0)
                        .setStatsPersistPeriodSec(0);
        options.add(whole);
        options.add(perFamily);
        options.add(filter);
        return RocksDB.open(
                whole,
                directory.toString(),
                List.of(
                        new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, perFamily),
                        new ColumnFamilyDescriptor(name(Family.CHANGES), perFamily),
                        new ColumnFamilyDescriptor(name(Family.ORDER), perFamily)),
                families);
    }

    private static byte[] name(Family family) {
        return family.name().getBytes(StandardCharsets.US_ASCII);
    }

    private ColumnFamilyHandle handle(Family family) {
        return families.get(family.ordinal());
    }

    /**
     * Reads an entry.
     *
     * @return its length, of which as many bytes were read as there was room for; -1 if there is
     *     none
     */
    int get(byte[] key, int length, byte[] into) {
        try {
            return db.get(handle(Family.ENTRIES), read, key, 0, length, into, 0, into.length);
        } catch (RocksDBException e) {
            throw failed("cannot be read", e);
        }
    }

    void put(Family family, byte[] key, int length, byte[] value, int valueLength) {
        try {
            db.put(handle(family), write, key, 0, length, value, 0, valueLength);
        } catch (RocksDBException e) {
            throw failed("cannot be written", e);
        }
    }

    void delete(Family family, byte[] key, int length) {
        try {
            db.delete(handle(family), write, key, 0, length);
        } catch (RocksDBException e) {
            throw failed("cannot be written", e);
        }
    }

    /**
     * Removes all keys of a range at once.
     *
     * @param to exclusive
     */
    void deleteRange(Family family, byte[] from, byte[] to) {
        try {
            db.deleteRange(handle(family), write, from, to);
        } catch (RocksDBException e) {
            throw failed("cannot be written", e);
        }
    }

    /** The keys of a range as they are now, from its first on; must be closed. */
    Scan scan(Family family, byte[] from, byte[] to) {
        return new Scan(family, from, to, null);
    }

    /** Bytes in write buffers. */
    long bufferBytes() {
        return sum("rocksdb.cur-size-all-mem-tables");
    }

    /** Bytes of files. */
    long fileBytes() {
        return sum("rocksdb.total-sst-files-size");
    }

    private long sum(String property) {
        long sum = 0;
        try {
            for (ColumnFamilyHandle family : families) {
                sum += db.getLongProperty(family, property);
            }
        } catch (RocksDBException e) {
            throw failed("does not know its " + property, e);
        }
        return sum;
    }

    /**
     * Keys in their order, one at a time.
     *
     * <p>Threads: owned by whoever has opened it.
     */
    final class Scan implements AutoCloseable {
        private final Slice end;
        private final ReadOptions bounded;
        private final RocksIterator iterator;

        private Scan(Family family, byte[] from, byte[] to, Snapshot snapshot) {
            end = new Slice(to);
            bounded = new ReadOptions().setIterateUpperBound(end);
            if (snapshot != null) {
                bounded.setSnapshot(snapshot);
                bounded.setFillCache(false);
                bounded.setReadaheadSize(READAHEAD_BYTES);
            }
            iterator = db.newIterator(handle(family), bounded);
            iterator.seek(from);
        }

        /** Whether there is a current key; if not, the range has ended. */
        boolean isValid() {
            if (iterator.isValid()) {
                return true;
            }
            try {
                iterator.status();
            } catch (RocksDBException e) {
                throw failed("cannot be read", e);
            }
            return false;
        }

        byte[] key() {
            return iterator.key();
        }

        byte[] value() {
            return iterator.value();
        }

        /** Goes on to the next key. */
        void next() {
            iterator.next();
        }

        /** Goes on to a key or the first behind it. */
        void seek(byte[] key) {
            iterator.seek(key);
        }

        @Override
        public void close() {
            iterator.close();
            bounded.close();
            end.close();
        }
    }

    /** Opens the database as it is now, for another thread. */
    synchronized View view() {
        users++;
        return new View(db.getSnapshot());
    }

    /**
     * All that the database held at one moment.
     *
     * <p>Threads: used and closed by one, which may be any.
     */
    final class View implements AutoCloseable {
        private final Snapshot snapshot;
        private final ReadOptions asOfThen;
        private boolean closed;

        private View(Snapshot snapshot) {
            this.snapshot = snapshot;
            this.asOfThen = new ReadOptions().setSnapshot(snapshot).setFillCache(false);
        }

        Scan scan(Family family, byte[] from, byte[] to) {
            return new Scan(family, from, to, snapshot);
        }

        /** An entry of that time, or null. */
        byte[] get(byte[] key, int from, int length) {
            try {
                return db.get(
                        handle(Family.ENTRIES),
                        asOfThen,
                        Arrays.copyOfRange(key, from, from + length));
            } catch (RocksDBException e) {
                throw failed("cannot be read", e);
            }
        }

        @Override
        public synchronized void close() {
            if (closed) {
                return;
            }
            closed = true;
            asOfThen.close();
            db.releaseSnapshot(snapshot);
            snapshot.close();
            release();
        }
    }

    /** Called once by the store and once for each view; the last one closes the database. */
    synchronized void release() {
        if (--users > 0) {
            return;
        }
        families.forEach(ColumnFamilyHandle::close);
        db.close();
        closeOptions();
        memory.release();
        LocalDirectories.release(directory);
    }

    private void closeOptions() {
        options.forEach(AbstractImmutableNativeReference::close);
    }

    private StateException failed(String what, RocksDBException e) {
        return new StateException(
                Failure.Category.STATE,
                "RocksDB of "
                        + owner
                        + " in "
                        + directory
                        + " "
                        + what
                        + ": "
                        + e.getMessage()
                        + ". If its disk is full or broken, give it others"
                        + " (state.backend.rocksdb.localdir, io.tmp.dirs)",
                e);
    }
}
