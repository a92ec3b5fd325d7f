package io.millrace.runtime.serializer;

/**
 * Which key group a key is in, and which subtask owns the group.
 *
 * <p>The key groups of a job never change; subtasks own ranges of them, so that state can move when
 * the parallelism does.
 */
public final class KeyGroups {
    /** The least default for the number of key groups. */
    public static final int MIN_DEFAULT_MAX_PARALLELISM = 128;

    /** The most key groups a job can have. */
    public static final int MAX_MAX_PARALLELISM = 32_768;

    private KeyGroups() {}

    /**
     * The key group of a key's hash, from 0 to {@code maxParallelism - 1}.
     *
     * <p>The bits are mixed first (the finalizer of MurmurHash3), for the hashes of small numbers
     * are these numbers.
     */
    public static int of(int hash, int maxParallelism) {
        int h = hash;
        h ^= h >>> 16;
        h *= 0x85ebca6b;
        h ^= h >>> 13;
        h *= 0xc2b2ae35;
        h ^= h >>> 16;
        // division takes as long as all the rest, and most numbers of key groups are powers of two
        return (maxParallelism & maxParallelism - 1) == 0
                ? h & maxParallelism - 1
                : (int) ((h & 0xffff_ffffL) % maxParallelism);
    }

    /** The subtask that owns a key group. */
    public static int subtask(int keyGroup, int maxParallelism, int parallelism) {
        return (int) ((long) keyGroup * parallelism / maxParallelism);
    }

    /** The number of key groups of an operator for which none is set. */
    public static int defaultMaxParallelism(int parallelism) {
        long wanted = parallelism + (long) parallelism / 2;
        long power = wanted <= 1 ? 1 : Long.highestOneBit(wanted - 1) << 1;
        return (int) Math.min(Math.max(power, MIN_DEFAULT_MAX_PARALLELISM), MAX_MAX_PARALLELISM);
    }
}
