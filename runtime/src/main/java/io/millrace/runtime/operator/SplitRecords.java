package io.millrace.runtime.operator;

import io.millrace.api.time.TimestampAssigner;
import io.millrace.api.time.Watermark;
import io.millrace.api.time.WatermarkGenerator;
import io.millrace.api.time.WatermarkOutput;
import io.millrace.runtime.exchange.RecordBatch;

/**
 * Gives the records of one split their timestamps and makes its watermarks.
 *
 * <p>Threads: owned by the subtask.
 */
final class SplitRecords implements TimedRecords {
    private final String name;
    private final TimestampAssigner<Object> assigner;
    private final WatermarkGenerator<Object> generator;
    private final WatermarkOutput marks;
    private final Output output;
    private long count;

    SplitRecords(
            String name,
            TimestampAssigner<Object> assigner,
            WatermarkGenerator<Object> generator,
            WatermarkOutput marks,
            Output output) {
        this.name = name;
        this.assigner = assigner;
        this.generator = generator;
        this.marks = marks;
        this.output = output;
    }

    @Override
    public void collect(Object record) {
        collect(record, RecordBatch.NO_TIMESTAMP);
    }

    @Override
    public void collect(Object record, long timestamp) {
        long assigned;
        try {
            assigned = assigner.extractTimestamp(record, timestamp);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, record, t);
        }
        count++;
        output.process(record, assigned);
        try {
            generator.onEvent(record, assigned, marks);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, record, t);
        }
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public void periodic() {
        try {
            generator.onPeriodicEmit(marks);
        } catch (Throwable t) {
            throw OperatorFailure.in(name, "onPeriodicEmit()", t);
        }
    }

    @Override
    public void emitWatermark(Watermark watermark) {
        marks.emitWatermark(watermark);
    }

    @Override
    public void markIdle() {
        marks.markIdle();
    }

    @Override
    public void markActive() {
        marks.markActive();
    }
}
