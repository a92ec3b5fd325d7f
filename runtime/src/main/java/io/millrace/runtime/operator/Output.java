package io.millrace.runtime.operator;

/**
 * Takes records: where an operator's records go next, which is a chained operator, an edge, several
 * of both, or nowhere.
 */
@FunctionalInterface
public interface Output {

    /**
     * Takes one record. Never blocks. What fails in it or further down the chain comes up as {@link
     * OperatorFailure}, which names the operator and the record.
     *
     * @param timestampMillis {@link io.millrace.runtime.exchange.RecordBatch#NO_TIMESTAMP} if it
     *     has none
     */
    void process(Object value, long timestampMillis);
}
