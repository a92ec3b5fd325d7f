package io.millrace.api.accumulator;

/** Keeps the least of the longs added; {@code Long.MAX_VALUE} while there was none. */
public class LongMinimum implements SimpleAccumulator<Long> {
    private static final long serialVersionUID = 1L;

    private long least = Long.MAX_VALUE;

    public LongMinimum() {}

    public LongMinimum(long start) {
        this.least = start;
    }

    @Override
    public void add(Long value) {
        least = Math.min(least, value);
    }

    /** As {@link #add(Long)}, without an object. */
    public void add(long value) {
        least = Math.min(least, value);
    }

    @Override
    public Long getLocalValue() {
        return least;
    }

    /** As {@link #getLocalValue}, without an object. */
    public long getLocalValuePrimitive() {
        return least;
    }

    @Override
    public void resetLocal() {
        least = Long.MAX_VALUE;
    }

    @Override
    public void merge(Accumulator<Long, Long> other) {
        least = Math.min(least, other.getLocalValue());
    }

    @Override
    public LongMinimum clone() {
        return new LongMinimum(least);
    }

    @Override
    public String toString() {
        return "LongMinimum " + least;
    }
}
