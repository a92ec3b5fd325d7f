package io.millrace.benchmarks;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long records took, counted in classes of which each is at most 1/64 wider than its least
 * value.
 *
 * <p>Unit: nanoseconds.
 *
 * <p>Threads: each subtask adds to one of its own; anybody may look at all of them.
 */
final class Latencies {
    private static final List<Latencies> ALL = new CopyOnWriteArrayList<>();

    private static final int PRECISION_BITS = 6;
    private static final int CLASSES = (64 - PRECISION_BITS) << PRECISION_BITS;

    private final AtomicLongArray counts = new AtomicLongArray(CLASSES);

    /** For the subtask that asks. */
    static Latencies ofThisSubtask() {
        Latencies own = new Latencies();
        ALL.add(own);
        return own;
    }

    void add(long nanos) {
        int at = classOf(Math.max(0, nanos));
        counts.setOpaque(at, counts.getPlain(at) + 1); // it has one writer
    }

    static int classOf(long nanos) {
        int shift = Math.max(0, 64 - PRECISION_BITS - 1 - Long.numberOfLeadingZeros(nanos));
        return (shift << PRECISION_BITS) + (int) (nanos >>> shift);
    }

    /** The greatest value of a class. */
    static long greatest(int at) {
        int shift = Math.max(0, (at >>> PRECISION_BITS) - 1);
        return ((long) (at - (shift << PRECISION_BITS)) + 1 << shift) - 1;
    }

    /** Counts of all subtasks by class, as they are now. */
    static long[] total() {
        long[] total = new long[CLASSES];
        for (Latencies one : ALL) {
            for (int i = 0; i < CLASSES; i++) {
                total[i] += one.counts.getOpaque(i);
            }
        }
        return total;
    }

    /**
     * The value that a share of what has come between two totals is at or below.
     *
     * @param share from 0 to 1
     * @return 0 if nothing has come
     */
    static long quantileNanos(long[] before, long[] after, double share) {
        long all = 0;
        for (int i = 0; i < CLASSES; i++) {
            all += after[i] - before[i];
        }
        long wanted = (long) Math.ceil(share * all);
        long seen = 0;
        for (int i = 0; i < CLASSES; i++) {
            seen += after[i] - before[i];
            if (seen >= wanted && seen > 0) {
                return greatest(i);
            }
        }
        return 0;
    }
}
