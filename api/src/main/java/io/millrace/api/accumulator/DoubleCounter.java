package io.millrace.api.accumulator;

/** Adds doubles up. */
public class DoubleCounter implements SimpleAccumulator<Double> {
    private static final long serialVersionUID = 1L;

    private double sum;

    public DoubleCounter() {}

    public DoubleCounter(double start) {
        this.sum = start;
    }

    @Override
    public void add(Double value) {
        sum += value;
    }

    /** As {@link #add(Double)}, without an object. */
    public void add(double value) {
        sum += value;
    }

    @Override
    public Double getLocalValue() {
        return sum;
    }

    /** As {@link #getLocalValue}, without an object. */
    public double getLocalValuePrimitive() {
        return sum;
    }

    @Override
    public void resetLocal() {
        sum = 0;
    }

    @Override
    public void merge(Accumulator<Double, Double> other) {
        sum += other.getLocalValue();
    }

    @Override
    public DoubleCounter clone() {
        return new DoubleCounter(sum);
    }

    @Override
    public String toString() {
        return "DoubleCounter " + sum;
    }
}
