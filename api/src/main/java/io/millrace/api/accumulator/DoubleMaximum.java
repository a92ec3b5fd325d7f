package io.millrace.api.accumulator;

/**
 * Keeps the greatest of the doubles added; {@code Double.NEGATIVE_INFINITY} while there was none.
 */
public class DoubleMaximum implements SimpleAccumulator<Double> {
    private static final long serialVersionUID = 1L;

    private double greatest = Double.NEGATIVE_INFINITY;

    public DoubleMaximum() {}

    public DoubleMaximum(double start) {
        this.greatest = start;
    }

    @Override
    public void add(Double value) {
        greatest = Math.max(greatest, value);
    }

    /** As {@link #add(Double)}, without an object. */
    public void add(double value) {
        greatest = Math.max(greatest, value);
    }

    @Override
    public Double getLocalValue() {
        return greatest;
    }

    /** As {@link #getLocalValue}, without an object. */
    public double getLocalValuePrimitive() {
        return greatest;
    }

    @Override
    public void resetLocal() {
        greatest = Double.NEGATIVE_INFINITY;
    }

    @Override
    public void merge(Accumulator<Double, Double> other) {
        greatest = Math.max(greatest, other.getLocalValue());
    }

    @Override
    public DoubleMaximum clone() {
        return new DoubleMaximum(greatest);
    }

    @Override
    public String toString() {
        return "DoubleMaximum " + greatest;
    }
}
