package io.millrace.benchmarks;

import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.memory.MemoryBudget;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedStateSettings;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.Namespace;
import io.millrace.runtime.state.SnapshotKind;
import io.millrace.runtime.state.StateSnapshot;
import io.millrace.runtime.state.StateTtl;
import io.millrace.runtime.state.StoredLong;
import io.millrace.runtime.state.StoredValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What an update of keyed state costs: a running sum for each key, with and without a snapshot each
 * second.
 *
 * <pre>
 *   KeyedState LAYOUT KEYS DISTRIBUTION SNAPSHOTS [SECONDS]
 *
 *   LAYOUT        heap        HashMap&lt;Long, Long&gt;
 *                 heap64      HashMap&lt;Long, long[8]&gt;
 *                 flat        one open table of 16-byte slots outside the heap, half full, no more
 *                 table       long keys and values, unboxed
 *                 boxed       the same through Object keys and values
 *                 log8        long keys and values in the log
 *                 log64       long keys, values of 8 longs, read and written as objects
 *   DISTRIBUTION  uniform, zipf
 *   SNAPSHOTS     none, each-second (incremental, written to nowhere), full-each-second
 * </pre>
 *
 * A second is one of CPU time of the thread that updates, so that a loaded machine changes little.
 *
 * <p>Prints CPU nanoseconds for an update: of the thread that updates, and of the whole process
 * (which includes writing snapshots, collection and compilation); what taking a snapshot costs that
 * thread; bytes written.
 */
public final class KeyedState {
    private static final int SAMPLE = 1 << 20;
    private static final int KEY_GROUPS = 128;
    private static final MemoryBudget FLAT = new ManagedMemory(1L << 30).budget("flat", 1L << 30);

    @SuppressWarnings("unchecked") // of long
    private static final TypeInformation<long[]> LONGS =
            (TypeInformation<long[]>) Types.PRIMITIVE_ARRAY(Types.LONG);

    private KeyedState() {}

    /** One update. */
    private interface Update {
        long apply(long key);
    }

    public static void main(String[] args) throws Exception {
        String layout = args[0];
        int keyCount = Integer.parseInt(args[1]);
        boolean zipf = args[2].equals("zipf");
        SnapshotKind kind =
                switch (args[3]) {
                    case "none" -> null;
                    case "each-second" -> SnapshotKind.INCREMENTAL;
                    case "full-each-second" -> SnapshotKind.FULL;
                    default -> throw new IllegalArgumentException(args[3]);
                };
        double seconds = args.length > 4 ? Double.parseDouble(args[4]) : 4;
        long[] keys = zipf ? zipf(keyCount) : uniform(keyCount);
        ManagedMemory memory = new ManagedMemory(2L << 30);
        KeyedStateStore store =
                KeyedStateStore.binary(
                        new KeyedStateSettings(
                                "benchmark",
                                Types.LONG,
                                new KeyGroupRange(0, KEY_GROUPS - 1),
                                KEY_GROUPS,
                                new JobClasses(KeyedState.class.getClassLoader()),
                                memory.budget("benchmark", memory.totalBytes()),
                                System::currentTimeMillis));
        Update update = update(layout, keyCount, store);
        for (int key = 0; key < keyCount; key++) {
            update.apply(key(key));
        }
        run(update, keys, store, null, seconds / 2, null);
        Result result = new Result();
        run(update, keys, store, kind, seconds, result);
        System.out.printf(
                Locale.ROOT,
                "%-7s %8d %-7s %-16s %6.1f ns/update (thread CPU) %6.1f (process CPU) %6.1f (wall)"
                        + " pause %.0f us, %.1f MB a snapshot, %.1f MB in memory, sum %d%n",
                layout,
                keyCount,
                args[2],
                args[3],
                result.threadNanos / (double) result.updates,
                result.processNanos / (double) result.updates,
                result.wallNanos / (double) result.updates,
                result.snapshots == 0 ? 0 : result.pauseNanos / 1e3 / result.snapshots,
                result.written / 1e6 / Math.max(1, result.confirmed),
                store.memoryBytes() / 1e6,
                result.sum);
        store.close();
        memory.close();
    }

    private static final class Result {
        long updates;
        long threadNanos;
        long processNanos;
        long wallNanos;
        long pauseNanos;
        long written;
        int snapshots;
        int confirmed;
        long sum;
    }

    private static void run(
            Update update,
            long[] keys,
            KeyedStateStore store,
            SnapshotKind kind,
            double seconds,
            Result result)
            throws Exception {
        ExecutorService uploader = Executors.newSingleThreadExecutor();
        com.sun.management.OperatingSystemMXBean system =
                (com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean();
        long begin = System.nanoTime();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long cpu = threads.getCurrentThreadCpuTime();
        long now = cpu;
        long processCpu = system.getProcessCpuTime();
        long nextSnapshot = cpu;
        long id = 1;
        Future<Long> writing = null;
        StateSnapshot snapshot = null;
        long updates = 0;
        long sum = 0;
        while (now - cpu < seconds * 1e9) {
            int from = (int) (updates & (SAMPLE - 1));
            for (int i = from; i < from + 16 * 1024; i++) {
                sum += update.apply(keys[i]);
            }
            updates += 16 * 1024;
            now = threads.getCurrentThreadCpuTime();
            if (writing != null && writing.isDone()) {
                if (result != null) {
                    result.written += writing.get();
                    result.confirmed++;
                }
                store.confirm(snapshot.checkpointId());
                writing = null;
            }
            if (kind != null && writing == null && now >= nextSnapshot) {
                nextSnapshot += 1_000_000_000L;
                StateSnapshot taken = store.snapshot(id++, kind);
                if (result != null) {
                    result.pauseNanos += threads.getCurrentThreadCpuTime() - now;
                    result.snapshots++;
                }
                snapshot = taken;
                writing = uploader.submit(() -> write(taken));
            }
        }
        if (writing != null) {
            writing.get();
        }
        uploader.shutdown();
        if (result != null) {
            result.updates = updates;
            result.wallNanos = System.nanoTime() - begin;
            result.threadNanos =
                    ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu;
            result.processNanos = system.getProcessCpuTime() - processCpu;
            result.sum = sum;
        }
    }

    private static long write(StateSnapshot snapshot) {
        try (snapshot) {
            return snapshot.write((bytes, offset, count) -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Update update(String layout, int keyCount, KeyedStateStore store) {
        switch (layout) {
            case "heap" -> {
                Map<Long, Long> map = new HashMap<>();
                return key -> {
                    Long before = map.get(key);
                    long sum = before == null ? 1 : before + 1;
                    map.put(key, sum);
                    return sum;
                };
            }
            case "heap64" -> {
                Map<Long, long[]> map = new HashMap<>();
                return key -> {
                    long[] before = map.get(key);
                    // a function gets a value of its own and puts another
                    long[] next = before == null ? new long[8] : Arrays.copyOf(before, 8);
                    next[0]++;
                    map.put(key, next);
                    return next[0];
                };
            }
            case "flat" -> {
                int slots = Integer.highestOneBit(keyCount) * 4;
                long table = FLAT.allocate(16 * slots);
                return key -> {
                    long h = key * 0x9e3779b97f4a7c15L;
                    int slot = (int) (h >>> 32) & (slots - 1);
                    while (true) {
                        long at = table + 16L * slot;
                        long found = Memory.getLong(at);
                        if (found == key + 1) {
                            long sum = Memory.getLong(at + 8) + 1;
                            Memory.putLong(at + 8, sum);
                            return sum;
                        }
                        if (found == 0) {
                            Memory.putLong(at, key + 1);
                            Memory.putLong(at + 8, 1);
                            return 1;
                        }
                        slot = (slot + 1) & (slots - 1);
                    }
                };
            }
            case "table" -> {
                StoredLong sums = store.longValue("sums", Namespace.none(), StateTtl.NONE);
                return key -> {
                    store.setCurrentKey(key);
                    return sums.add(1);
                };
            }
            case "boxed" -> {
                StoredValue<Long> sums =
                        store.value("sums", Namespace.none(), Types.LONG, StateTtl.NONE);
                return key -> {
                    store.setCurrentKey((Object) key);
                    Long before = sums.get();
                    long sum = before == null ? 1 : before + 1;
                    sums.put(sum);
                    return sum;
                };
            }
            case "log8" -> {
                StoredLong sums = store.longValue("sums", Namespace.of(Types.BYTE), StateTtl.NONE);
                sums.setNamespace((byte) 1);
                return key -> {
                    store.setCurrentKey(key);
                    return sums.add(1);
                };
            }
            case "log64" -> {
                StoredValue<long[]> sums =
                        store.value("sums", Namespace.none(), LONGS, StateTtl.NONE);
                return key -> {
                    store.setCurrentKey(key);
                    long[] value = sums.get();
                    if (value == null) {
                        value = new long[8];
                    }
                    value[0]++;
                    sums.put(value);
                    return value[0];
                };
            }
            default -> throw new IllegalArgumentException(layout);
        }
    }

    private static long key(int rank) {
        return rank * 0x9e3779b97f4a7c15L;
    }

    private static long[] uniform(int keyCount) {
        SplittableRandom random = new SplittableRandom(1);
        long[] keys = new long[SAMPLE];
        for (int i = 0; i < SAMPLE; i++) {
            keys[i] = key(random.nextInt(keyCount));
        }
        return keys;
    }

    private static long[] zipf(int keyCount) {
        return Arrays.stream(ZipfRanks.sample(keyCount)).mapToLong(KeyedState::key).toArray();
    }
}
