package io.millrace.runtime.operator;

import io.millrace.runtime.exchange.RecordWriter;

/**
 * The end of a chain where records leave it for another subtask.
 *
 * <p>What the key selector throws is the fault of the operator before the edge.
 */
final class EdgeOutput implements Output {
    private final String operator;
    private final RecordWriter writer;

    EdgeOutput(String operator, RecordWriter writer) {
        this.operator = operator;
        this.writer = writer;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        try {
            writer.write(value, timestampMillis);
        } catch (Exception e) {
            throw OperatorFailure.onRecord(operator, value, e);
        }
    }
}
