package io.millrace.runtime.operator;

import io.millrace.api.time.RelativeClock;
import io.millrace.api.time.Watermark;
import io.millrace.api.time.WatermarkOutput;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.StreamEvent.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * The watermarks of a reader out of those of its splits: the least of those that are not idle.
 *
 * <p>The reader's own output takes part as soon as something comes of it. A split's watermark costs
 * the logarithm of their number, so that a reader may have many whose watermarks come with each
 * record.
 *
 * <p>Threads: owned by the subtask.
 */
final class SplitMarks {
    private final Downstream downstream;
    private final RelativeClock activity;
    private final List<Part> parts = new ArrayList<>();

    /** Those that are not idle, as a heap: the least is the first. */
    private Part[] active = new Part[4];

    private int activeCount;
    private long watermarkMillis = Long.MIN_VALUE;
    private boolean idle;

    /** What is above it is ahead of other sources. */
    private long limitMillis = Long.MAX_VALUE;

    private boolean splitsRest = true;
    private boolean ahead;
    private boolean splitAhead;

    /**
     * @param activity stands while the reader rests
     */
    SplitMarks(Downstream downstream, RelativeClock activity) {
        this.downstream = downstream;
        this.activity = activity;
    }

    /** The reader's own output; takes part from the first thing on that it says. */
    Part own() {
        return new Part(null);
    }

    /** A split, which takes part at once. */
    Part split(String id) {
        Part part = new Part(id);
        part.join();
        return part;
    }

    /** The last one that was emitted, {@code Long.MIN_VALUE} if none was. */
    long watermarkMillis() {
        return watermarkMillis;
    }

    boolean isIdle() {
        return idle;
    }

    // ------------------------------------------------------------------ ahead of others

    /** How far the event time may go; {@code Long.MAX_VALUE} for any. */
    void limit(long maxWatermarkMillis) {
        limitMillis = maxWatermarkMillis;
        look();
        lookAtSplits();
    }

    /** From now on no split is ever to rest by itself. */
    void neverLetSplitsRest() {
        splitsRest = false;
        for (Part part : parts) {
            part.rests = false;
            part.activity.goOn();
        }
        splitAhead = false;
    }

    /** Whether something is to rest, or was let rest and may go on; asked after each record. */
    boolean isAnyAhead() {
        return ahead | splitAhead;
    }

    /** Whether the reader as a whole is ahead. */
    boolean isAhead() {
        return ahead;
    }

    /** Whether there are splits that rest and need not, or the other way round. */
    boolean isSplitAhead() {
        return splitAhead;
    }

    /**
     * Says which splits are to rest and which may go on, and takes it that they do.
     *
     * @param toRest gets the ids of the former
     * @param toGoOn gets those of the latter
     */
    void takeSplits(Collection<String> toRest, Collection<String> toGoOn) {
        splitAhead = false;
        for (Part part : parts) {
            if (part.isAhead() != part.rests) {
                part.rests = !part.rests;
                if (part.rests) {
                    part.activity.stop();
                    toRest.add(part.id);
                } else {
                    part.activity.goOn();
                    toGoOn.add(part.id);
                }
            }
        }
    }

    private void lookAtSplits() {
        splitAhead = false;
        for (Part part : parts) {
            splitAhead |= part.isAhead() != part.rests;
        }
    }

    // after the last watermark of all nothing comes that could be ahead
    private void look() {
        ahead = watermarkMillis > limitMillis && watermarkMillis < Long.MAX_VALUE;
    }

    // ------------------------------------------------------------------ the least

    private void update() {
        if (parts.isEmpty()) {
            return;
        }
        boolean anyActive = activeCount > 0;
        if (anyActive == idle) {
            idle = !anyActive;
            downstream.event(idle ? Status.IDLE : Status.ACTIVE);
        }
        if (anyActive && active[0].watermarkMillis > watermarkMillis) {
            watermarkMillis = active[0].watermarkMillis;
            downstream.event(new StreamEvent.Watermark(watermarkMillis));
            look();
        }
    }

    private void put(Part part, int place) {
        active[place] = part;
        part.place = place;
    }

    private void up(Part part, int from) {
        int place = from;
        while (place > 0) {
            Part above = active[(place - 1) / 2];
            if (above.watermarkMillis <= part.watermarkMillis) {
                break;
            }
            put(above, place);
            place = (place - 1) / 2;
        }
        put(part, place);
    }

    private void down(Part part, int from) {
        int place = from;
        while (2 * place + 1 < activeCount) {
            int least = 2 * place + 1;
            if (least + 1 < activeCount
                    && active[least + 1].watermarkMillis < active[least].watermarkMillis) {
                least++;
            }
            if (active[least].watermarkMillis >= part.watermarkMillis) {
                break;
            }
            put(active[least], place);
            place = least;
        }
        put(part, place);
    }

    /** The watermarks of one split. */
    final class Part implements WatermarkOutput {
        private static final int NOWHERE = -1;

        private final String id;
        private final ActivityClock activity = new ActivityClock(SplitMarks.this.activity);
        private long watermarkMillis = Long.MIN_VALUE;
        private int place = NOWHERE;
        private boolean idle;
        private boolean joined;
        private boolean rests;

        /**
         * @param id null for the reader's own output, which cannot rest by itself
         */
        private Part(String id) {
            this.id = id;
        }

        /** Stands while the split, or the whole reader, rests. */
        RelativeClock activity() {
            return activity;
        }

        /** A single one is held up with its reader. */
        private boolean isAhead() {
            return watermarkMillis > limitMillis && id != null && parts.size() > 1 && splitsRest;
        }

        private void join() {
            if (!joined) {
                joined = true;
                parts.add(this);
                enter();
                lookAtSplits();
            }
        }

        private void enter() {
            if (activeCount == active.length) {
                active = Arrays.copyOf(active, 2 * activeCount);
            }
            up(this, activeCount++);
        }

        private void quit() {
            if (place != NOWHERE) {
                Part last = active[--activeCount];
                active[activeCount] = null;
                if (last != this) {
                    up(last, place);
                    down(last, last.place);
                }
                place = NOWHERE;
            }
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            // a generator that has seen nothing says the least of all times, which is no word
            if (watermark.getTimestamp() > watermarkMillis) {
                join();
                if (idle) {
                    idle = false;
                    enter();
                }
                watermarkMillis = watermark.getTimestamp();
                down(this, place);
                splitAhead |= isAhead() != rests;
                update();
            }
        }

        @Override
        public void markIdle() {
            if (!idle) {
                join();
                idle = true;
                quit();
                update();
            }
        }

        @Override
        public void markActive() {
            if (idle) {
                idle = false;
                enter();
                update();
            }
        }

        /** The split has ended. */
        void leave() {
            quit();
            parts.remove(this);
            lookAtSplits();
            update();
        }
    }
}
