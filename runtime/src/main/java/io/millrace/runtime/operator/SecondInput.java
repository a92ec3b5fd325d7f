package io.millrace.runtime.operator;

/** The second input of an operator, as a batch loop sees it. */
final class SecondInput implements Output {
    private final TwoInputOperator operator;

    SecondInput(TwoInputOperator operator) {
        this.operator = operator;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        operator.processSecond(value, timestampMillis);
    }
}
