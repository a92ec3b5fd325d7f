package io.millrace.chaos;

/**
 * The events of the generator, each a function of its number alone, so that what a job must have
 * counted can be worked out again from how many it has counted.
 *
 * <p>The numbers are cut into ranges, one for each split of the source; a key belongs to one range
 * only, so that everything about a range's keys follows from how far the range was read. In a
 * range, time passes with the numbers. A tenth of its keys is at work at a time, in turns, so that
 * each key has one session every {@link #TURNS} turns.
 */
final class Events {
    /** Numbers of one range; more than a run can ever use. */
    static final long RANGE = 1L << 40;

    /** Keys of one range. */
    static final int KEYS = 1_000;

    /** Groups of keys that are at work in turns. */
    static final int TURNS = 10;

    /** Of event time, for which a group is at work. */
    static final long TURN_MILLIS = 2_000;

    /**
     * Of event time without an event that end a session: more than one turn, less than all others.
     */
    static final long GAP_MILLIS = 5_000;

    /** Events in a millisecond of event time. */
    static final long EVENTS_PER_MILLI = 100;

    /** Event time of the first event of each range. */
    private static final long BEGIN_MILLIS = 1_700_000_000_000L;

    private static final int KEYS_AT_WORK = KEYS / TURNS;

    private Events() {}

    /** The event of a number. */
    static Event at(long number) {
        long index = number % RANGE;
        return new Event(key(number / RANGE, index), timeMillis(index), value(number));
    }

    static long timeMillis(long index) {
        return BEGIN_MILLIS + index / EVENTS_PER_MILLI;
    }

    private static long key(long range, long index) {
        long turn = index / (TURN_MILLIS * EVENTS_PER_MILLI) % TURNS;
        long ofGroup = Math.floorMod(mix(index), KEYS_AT_WORK);
        return range * KEYS + turn * KEYS_AT_WORK + ofGroup;
    }

    private static long value(long number) {
        return mix(number) >>> 54;
    }

    /** Finalizer of MurmurHash3, 64 bits (Appleby, public domain). */
    private static long mix(long number) {
        long h = number + 0x9E3779B97F4A7C15L;
        h = (h ^ (h >>> 33)) * 0xFF51AFD7ED558CCDL;
        h = (h ^ (h >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return h ^ (h >>> 33);
    }
}
