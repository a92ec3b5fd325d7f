package io.millrace.api.accumulator;

/** Keeps the greatest of the longs added; {@code Long.MIN_VALUE} while there was none. */
public class LongMaximum implements SimpleAccumulator<Long> {
    private static final long serialVersionUID = 1L;

    private long greatest = Long.MIN_VALUE;

    public LongMaximum() {}

    public LongMaximum(long start) {
        this.greatest = start;
    }

    @Override
    public void add(Long value) {
        greatest = Math.max(greatest, value);
    }

    /** As {@link #add(Long)}, without an object. */
    public void add(long value) {
        greatest = Math.max(greatest, value);
    }

    @Override
    public Long getLocalValue() {
        return greatest;
    }

    /** As {@link #getLocalValue}, without an object. */
    public long getLocalValuePrimitive() {
        return greatest;
    }

    @Override
    public void resetLocal() {
        greatest = Long.MIN_VALUE;
    }

    @Override
    public void merge(Accumulator<Long, Long> other) {
        greatest = Math.max(greatest, other.getLocalValue());
    }

    @Override
    public LongMaximum clone() {
        return new LongMaximum(greatest);
    }

    @Override
    public String toString() {
        return "LongMaximum " + greatest;
    }
}
