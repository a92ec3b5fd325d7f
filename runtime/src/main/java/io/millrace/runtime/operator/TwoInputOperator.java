package io.millrace.runtime.operator;

/**
 * An operator with two logical inputs: {@link #process} takes the records of the first. Watermarks
 * are the minimum over both.
 */
interface TwoInputOperator extends Operator {

    /** As {@link #process}, for a record of the second input. */
    void processSecond(Object value, long timestampMillis);
}
