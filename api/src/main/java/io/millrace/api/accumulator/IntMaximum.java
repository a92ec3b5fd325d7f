package io.millrace.api.accumulator;

/** Keeps the greatest of the ints added; {@code Integer.MIN_VALUE} while there was none. */
public class IntMaximum implements SimpleAccumulator<Integer> {
    private static final long serialVersionUID = 1L;

    private int greatest = Integer.MIN_VALUE;

    public IntMaximum() {}

    public IntMaximum(int start) {
        this.greatest = start;
    }

    @Override
    public void add(Integer value) {
        greatest = Math.max(greatest, value);
    }

    /** As {@link #add(Integer)}, without an object. */
    public void add(int value) {
        greatest = Math.max(greatest, value);
    }

    @Override
    public Integer getLocalValue() {
        return greatest;
    }

    /** As {@link #getLocalValue}, without an object. */
    public int getLocalValuePrimitive() {
        return greatest;
    }

    @Override
    public void resetLocal() {
        greatest = Integer.MIN_VALUE;
    }

    @Override
    public void merge(Accumulator<Integer, Integer> other) {
        greatest = Math.max(greatest, other.getLocalValue());
    }

    @Override
    public IntMaximum clone() {
        return new IntMaximum(greatest);
    }

    @Override
    public String toString() {
        return "IntMaximum " + greatest;
    }
}
