package io.millrace.runtime.operator;

import io.millrace.api.function.SinkFunction;
import io.millrace.runtime.exchange.RecordBatch;
import java.util.function.LongSupplier;

/** Hands each record to a function that takes it out of the job; is that function's context. */
final class SinkOperator implements Operator, SinkFunction.Context {
    private final String name;
    private final SinkFunction<Object> function;
    private final LongSupplier wallMillis;
    private long timestampMillis;
    private long watermarkMillis = Long.MIN_VALUE;

    SinkOperator(String name, SinkFunction<Object> function, LongSupplier wallMillis) {
        this.name = name;
        this.function = function;
        this.wallMillis = wallMillis;
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
