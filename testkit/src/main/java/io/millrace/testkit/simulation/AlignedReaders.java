package io.millrace.testkit.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How far readers of aligned sources were told that they may go, and whether they keep to it: one
 * that is ahead may emit up to its next watermark, and no more before it is told anything else.
 *
 * <p>Counts only where no reader is started a second time, so that each is known by its place.
 *
 * <p>Threads: one.
 */
final class AlignedReaders {
    /** For less than it takes a reader to go on by itself, since nobody tells it anything. */
    private static final Duration PATIENCE = Duration.ofSeconds(50);

    /** What comes until a reader has noticed that it is not by itself any more. */
    private static final Duration NOTICE = Duration.ofSeconds(10);

    private final LongSupplier nowNanos;
    private final int atMostAhead;
    private final Map<String, Reader> readers = new HashMap<>();
    private final List<String> violations = new ArrayList<>();

    private static final class Reader {
        private long limitMillis = Long.MIN_VALUE;
        private long toldNanos;
        private long countsFromNanos;
        private int ahead;
    }

    /**
     * @param atMostAhead numbers that come from watermark to watermark
     */
    AlignedReaders(LongSupplier nowNanos, int atMostAhead) {
        this.nowNanos = nowNanos;
        this.atMostAhead = atMostAhead;
    }

    /** What has happened and must never; empty if all is well. */
    List<String> violations() {
        return violations;
    }

    /** A reader was told how far it may go. */
    void told(String uid, int subtask, long maxWatermarkMillis) {
        long now = nowNanos.getAsLong();
        Reader reader = readers.get(name(uid, subtask));
        if (reader == null) {
            reader = new Reader();
            readers.put(name(uid, subtask), reader);
        } else if (now - reader.toldNanos > PATIENCE.toNanos()) {
            reader.countsFromNanos = now + NOTICE.toNanos();
        }
        reader.toldNanos = now;
        if (maxWatermarkMillis > reader.limitMillis) {
            reader.limitMillis = maxWatermarkMillis;
            reader.ahead = 0;
        }
    }

    /** A reader begins with another split. */
    void begins(String uid, int subtask) {
        Reader reader = readers.get(name(uid, subtask));
        if (reader != null) {
            reader.ahead = 0;
        }
    }

    /** A reader emits something of this time. */
    void emits(String uid, int subtask, long millis) {
        Reader reader = readers.get(name(uid, subtask));
        long now = nowNanos.getAsLong();
        if (reader == null
                || millis <= reader.limitMillis
                || now < reader.countsFromNanos
                || now - reader.toldNanos > PATIENCE.toNanos()) {
            return;
        }
        reader.ahead++;
        if (reader.ahead == atMostAhead + 1) {
            violations.add(
                    name(uid, subtask)
                            + " emits what is of "
                            + millis
                            + " ms and more, and may go as far as "
                            + reader.limitMillis);
        }
    }

    private static String name(String uid, int subtask) {
        return uid + "[" + subtask + "]";
    }

    /** Where readers, which travel, find it; by the name of the simulation. */
    private static final Map<String, AlignedReaders> BY_NAME = new HashMap<>();

    static void put(String simulation, AlignedReaders readers) {
        synchronized (BY_NAME) {
            BY_NAME.put(simulation, readers);
        }
    }

    static void remove(String simulation) {
        synchronized (BY_NAME) {
            BY_NAME.remove(simulation);
        }
    }

    /** Null if readers are not aligned. */
    static AlignedReaders of(String simulation) {
        synchronized (BY_NAME) {
            return BY_NAME.get(simulation);
        }
    }
}
