package io.millrace.runtime.operator;

import io.millrace.api.function.SinkFunction;
import io.millrace.api.function.TwoPhaseCommitSinkFunction;
import io.millrace.runtime.exchange.RecordBatch;
import java.util.function.LongSupplier;

/** Hands each record to a function that takes it out of the job; is that function's context. */
final class SinkOperator implements Operator, SinkFunction.Context {
    private final String name;
    private final SinkFunction<Object> function;
    private final LongSupplier wallMillis;
    private final SinkWriterOperator.End end;
    private long timestampMillis;
    private long watermarkMillis = Long.MIN_VALUE;

    SinkOperator(
            String name,
            SinkFunction<Object> function,
            LongSupplier wallMillis,
            SinkWriterOperator.End end) {
        this.name = name;
        this.function = function;
        this.wallMillis = wallMillis;
        this.end = end;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        this.timestampMillis = timestampMillis;
        try {
            function.invoke(value, this);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
    }

    @Override
    public void watermark(long timestampMillis) {
        watermarkMillis = timestampMillis;
    }

    @Override
    public boolean finish(int maxRecords) {
        try {
            function.finish();
            if (end == SinkWriterOperator.End.COMMITS_AT_END_OF_INPUT
                    && function instanceof TwoPhaseCommitSinkFunction<?, ?, ?> transactions) {
                // no checkpoint will come: the end of the input stands for one
                transactions.snapshotState(
                        new FunctionSnapshot(Long.MAX_VALUE, wallMillis.getAsLong()));
                transactions.notifyCheckpointComplete(Long.MAX_VALUE);
            }
        } catch (Throwable t) {
            throw OperatorFailure.in(name, "finish()", t);
        }
        return true;
    }

    @Override
    public long currentProcessingTime() {
        return wallMillis.getAsLong();
    }

    @Override
    public long currentWatermark() {
        return watermarkMillis;
    }

    @Override
    public Long timestamp() {
        return timestampMillis == RecordBatch.NO_TIMESTAMP ? null : timestampMillis;
    }
}
