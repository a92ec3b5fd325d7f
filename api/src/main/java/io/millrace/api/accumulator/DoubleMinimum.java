package io.millrace.api.accumulator;

/** Keeps the least of the doubles added; {@code Double.POSITIVE_INFINITY} while there was none. */
public class DoubleMinimum implements SimpleAccumulator<Double> {
    private static final long serialVersionUID = 1L;

    private double least = Double.POSITIVE_INFINITY;

    public DoubleMinimum() {}

    public DoubleMinimum(double start) {
        this.least = start;
    }

    @Override
    public void add(Double value) {
        least = Math.min(least, value);
    }

    /** As {@link #add(Double)}, without an object. */
    public void add(double value) {
        least = Math.min(least, value);
    }

    @Override
    public Double getLocalValue() {
        return least;
    }

    /** As {@link #getLocalValue}, without an object. */
    public double getLocalValuePrimitive() {
        return least;
    }

    @Override
    public void resetLocal() {
        least = Double.POSITIVE_INFINITY;
    }

    @Override
    public void merge(Accumulator<Double, Double> other) {
        least = Math.min(least, other.getLocalValue());
    }

    @Override
    public DoubleMinimum clone() {
        return new DoubleMinimum(least);
    }

    @Override
    public String toString() {
        return "DoubleMinimum " + least;
    }
}
