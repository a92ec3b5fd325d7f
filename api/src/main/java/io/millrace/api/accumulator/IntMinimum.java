package io.millrace.api.accumulator;

/** Keeps the least of the ints added; {@code Integer.MAX_VALUE} while there was none. */
public class IntMinimum implements SimpleAccumulator<Integer> {
    private static final long serialVersionUID = 1L;

    private int least = Integer.MAX_VALUE;

    public IntMinimum() {}

    public IntMinimum(int start) {
        this.least = start;
    }

    @Override
    public void add(Integer value) {
        least = Math.min(least, value);
    }

    /** As {@link #add(Integer)}, without an object. */
    public void add(int value) {
        least = Math.min(least, value);
    }

    @Override
    public Integer getLocalValue() {
        return least;
    }

    /** As {@link #getLocalValue}, without an object. */
    public int getLocalValuePrimitive() {
        return least;
    }

    @Override
    public void resetLocal() {
        least = Integer.MAX_VALUE;
    }

    @Override
    public void merge(Accumulator<Integer, Integer> other) {
        least = Math.min(least, other.getLocalValue());
    }

    @Override
    public IntMinimum clone() {
        return new IntMinimum(least);
    }

    @Override
    public String toString() {
        return "IntMinimum " + least;
    }
}
