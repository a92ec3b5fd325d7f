package io.millrace.chaos;

import java.io.Serializable;

/**
 * The events of the generator, each a function of its number alone, so that what a job must have
 * counted can be worked out again from how many it has counted.
 *
 * <p>The generator reads every n-th number in a split of its own, in their order. A key belongs to
 * one split only, so that everything about a split's keys follows from how far the split was read.
 * Time passes with the numbers. A tenth of a split's keys is at work at a time, in turns, so that
 * each key has one session every {@link #TURNS} turns.
 *
 * @param splits how many the generator has
 */
record Events(int splits) implements Serializable {
    /** Keys of one split. */
    static final int KEYS = 100;

    /** Groups of keys that are at work in turns. */
    static final int TURNS = 10;

    /** Of event time, for which a group is at work. */
    static final long TURN_MILLIS = 2_000;

    /**
     * Of event time without an event that end a session: more than one turn, less than all others.
     */
    static final long GAP_MILLIS = 5_000;

    /** Events in a millisecond of event time. */
    static final long EVENTS_PER_MILLI = 500;

    /** Splits that a generator has at the least. */
    private static final int LEAST_SPLITS = 128;

    /** Event time of the first event. */
    private static final long BEGIN_MILLIS = 1_700_000_000_000L;

    private static final int KEYS_AT_WORK = KEYS / TURNS;

    /** Those of a generator that was started with a parallelism. */
    static Events of(int parallelism) {
        return new Events((LEAST_SPLITS + parallelism - 1) / parallelism * parallelism);
    }

    /** The event of a number. */
    Event at(long number) {
        long millis = number / EVENTS_PER_MILLI;
        long turn = millis / TURN_MILLIS % TURNS;
        long ofGroup = Math.floorMod(mix(number), KEYS_AT_WORK);
        long key = number % splits * KEYS + turn * KEYS_AT_WORK + ofGroup;
        return new Event(key, BEGIN_MILLIS + millis, mix(number) >>> 54);
    }

    /** The event of a place in a split. */
    Event at(long split, long index) {
        return at(index * splits + split);
    }

    /** Finalizer of MurmurHash3, 64 bits (Appleby, public domain). */
    private static long mix(long number) {
        long h = number + 0x9E3779B97F4A7C15L;
        h = (h ^ (h >>> 33)) * 0xFF51AFD7ED558CCDL;
        h = (h ^ (h >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return h ^ (h >>> 33);
    }
}
