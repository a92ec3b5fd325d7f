package io.millrace.runtime.schedule;

import java.util.Comparator;

/**
 * One start of a connected region of the job; all attempts of it carry the same one.
 *
 * @param epoch of the application master that began it
 * @param counter counts the starts of all regions within the epoch, from 1
 */
public record Generation(int epoch, int counter) implements Comparable<Generation> {
    private static final Comparator<Generation> BY_AGE =
            Comparator.comparingInt(Generation::epoch).thenComparingInt(Generation::counter);

    /** Oldest first. */
    @Override
    public int compareTo(Generation other) {
        return BY_AGE.compare(this, other);
    }

    @Override
    public String toString() {
        return epoch + "." + counter;
    }
}
