package io.millrace.api.accumulator;

/** Adds longs up; a sum beyond the range of long wraps around. */
public class LongCounter implements SimpleAccumulator<Long> {
    private static final long serialVersionUID = 1L;

    private long sum;

    public LongCounter() {}

    public LongCounter(long start) {
        this.sum = start;
    }

    @Override
    public void add(Long value) {
        sum += value;
    }

    /** As {@link #add(Long)}, without an object. */
    public void add(long value) {
        sum += value;
    }

    @Override
    public Long getLocalValue() {
        return sum;
    }

    /** As {@link #getLocalValue}, without an object. */
    public long getLocalValuePrimitive() {
        return sum;
    }

    @Override
    public void resetLocal() {
        sum = 0;
    }

    @Override
    public void merge(Accumulator<Long, Long> other) {
        sum += other.getLocalValue();
    }

    @Override
    public LongCounter clone() {
        return new LongCounter(sum);
    }

    @Override
    public String toString() {
        return "LongCounter " + sum;
    }
}
