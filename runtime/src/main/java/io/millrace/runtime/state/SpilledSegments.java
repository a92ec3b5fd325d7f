package io.millrace.runtime.state;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The segments of one log, or the pages of one table, that lie on local disk, by number. Numbers
 * are used again.
 *
 * <p>Threads: owned by the subtask's thread; what {@link #capture} returns may be read by another.
 */
final class SpilledSegments {
    /**
     * What a snapshot sees.
     *
     * @param segments by number; null where there is none
     * @param count of the numbers that were used
     */
    record Extent(SpilledSegment[] segments, int count) {}

    private final Epochs epochs;
    private SpilledSegment[] segments = new SpilledSegment[0];
    private int count;

    /** Whether a snapshot has the array. */
    private boolean shared;

    private final ArrayDeque<Integer> freeNumbers = new ArrayDeque<>();

    SpilledSegments(Epochs epochs) {
        this.epochs = epochs;
    }

    /** All numbers are below this one. */
    int count() {
        return count;
    }

    /** Null if there is none with this number. */
    SpilledSegment get(int number) {
        return number < count ? segments[number] : null;
    }

    int add(SpilledSegment segment) {
        Integer number = freeNumbers.poll();
        if (number == null) {
            // beyond what any snapshot has captured
            number = count++;
            if (number == segments.length) {
                segments = Arrays.copyOf(segments, Math.max(4, 2 * number));
                shared = false;
            }
        } else {
            own();
        }
        segments[number] = segment;
        return number;
    }

    /** What lay there lies in memory again; the disk has it until no snapshot needs it. */
    void remove(int number) {
        own();
        epochs.retire(segments[number]);
        segments[number] = null;
        freeNumbers.add(number);
    }

    private void own() {
        if (shared) {
            segments = segments.clone();
            shared = false;
        }
    }

    Extent capture() {
        shared = true;
        return new Extent(segments, count);
    }
}
