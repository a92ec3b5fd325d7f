package io.millrace.api.accumulator;

/** Adds ints up; a sum beyond the range of int wraps around. */
public class IntCounter implements SimpleAccumulator<Integer> {
    private static final long serialVersionUID = 1L;

    private int sum;

    public IntCounter() {}

    public IntCounter(int start) {
        this.sum = start;
    }

    @Override
    public void add(Integer value) {
        sum += value;
    }

    /** As {@link #add(Integer)}, without an object. */
    public void add(int value) {
        sum += value;
    }

    @Override
    public Integer getLocalValue() {
        return sum;
    }

    /** As {@link #getLocalValue}, without an object. */
    public int getLocalValuePrimitive() {
        return sum;
    }

    @Override
    public void resetLocal() {
        sum = 0;
    }

    @Override
    public void merge(Accumulator<Integer, Integer> other) {
        sum += other.getLocalValue();
    }

    @Override
    public IntCounter clone() {
        return new IntCounter(sum);
    }

    @Override
    public String toString() {
        return "IntCounter " + sum;
    }
}
