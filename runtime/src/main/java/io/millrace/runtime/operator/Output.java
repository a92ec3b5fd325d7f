package io.millrace.runtime.operator;

/**
 * Where an operator's records go next: a chained operator, an edge, several of both, or nowhere.
 *
 * <p>Never blocks. What fails further down the chain comes up as {@link OperatorFailure}.
 */
@FunctionalInterface
public interface Output {

    /**
     * @param timestampMillis {@link io.millrace.runtime.exchange.RecordBatch#NO_TIMESTAMP} if it
     *     has none
     */
    void emit(Object value, long timestampMillis);
}
