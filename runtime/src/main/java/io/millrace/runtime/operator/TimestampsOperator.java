package io.millrace.runtime.operator;

import io.millrace.api.time.RelativeClock;
import io.millrace.api.time.TimestampAssigner;
import io.millrace.api.time.TimestampAssignerSupplier;
import io.millrace.api.time.Watermark;
import io.millrace.api.time.WatermarkGenerator;
import io.millrace.api.time.WatermarkGeneratorSupplier;
import io.millrace.api.time.WatermarkOutput;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.StreamEvent.Status;
import java.util.concurrent.TimeUnit;

/**
 * Gives records the timestamps and emits the watermarks that a strategy of the user's says.
 *
 * <p>Asks the generator for each record, and every so often by the wall clock; a record costs
 * neither a look at the clock nor an object.
 */
final class TimestampsOperator
        implements Operator,
                WatermarkOutput,
                RelativeClock,
                TimestampAssignerSupplier.Context,
                WatermarkGeneratorSupplier.Context {
    private final String name;
    private final WatermarkStrategy<Object> strategy;
    private final long intervalMillis;
    private final ProcessingTime time;
    private final Downstream downstream;
    private final Output output;
    private TimestampAssigner<Object> assigner;
    private WatermarkGenerator<Object> generator;
    private long watermarkMillis = Long.MIN_VALUE;
    private long nextEmitMillis;
    private boolean idle;

    /**
     * @param intervalMillis between two watermarks by the wall clock; 0 for none
     */
    TimestampsOperator(
            String name,
            WatermarkStrategy<Object> strategy,
            long intervalMillis,
            ProcessingTime time,
            Downstream downstream,
            Output output) {
        this.name = name;
        this.strategy = strategy;
        this.intervalMillis = intervalMillis;
        this.time = time;
        this.downstream = downstream;
        this.output = output;
    }

    @Override
    public void open() {
        try {
            assigner = strategy.createTimestampAssigner(this);
            generator = strategy.createWatermarkGenerator(this);
        } catch (Throwable t) {
            throw OperatorFailure.in(name, "the watermark strategy", t);
        }
        if (intervalMillis > 0) {
            nextEmitMillis = time.nowMillis() + intervalMillis;
            time.wakeAt(nextEmitMillis);
        }
    }

    @Override
    public void process(Object value, long timestampMillis) {
        long assigned;
        try {
            assigned = assigner.extractTimestamp(value, timestampMillis);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
        output.process(value, assigned);
        try {
            generator.onEvent(value, assigned, this);
        } catch (Throwable t) {
            throw OperatorFailure.onRecord(name, value, t);
        }
    }

    @Override
    public boolean makesWatermarks() {
        return true;
    }

    @Override
    public void processingTime(long nowMillis) {
        if (intervalMillis == 0) {
            return;
        }
        if (nowMillis >= nextEmitMillis) {
            try {
                generator.onPeriodicEmit(this);
            } catch (Throwable t) {
                throw OperatorFailure.in(name, "onPeriodicEmit()", t);
            }
            nextEmitMillis = nowMillis + intervalMillis;
        }
        time.wakeAt(nextEmitMillis);
    }

    @Override
    public void emitWatermark(Watermark watermark) {
        long timestampMillis = watermark.getTimestamp();
        if (timestampMillis > watermarkMillis) {
            markActive();
            watermarkMillis = timestampMillis;
            downstream.event(new StreamEvent.Watermark(timestampMillis));
        }
    }

    @Override
    public void markIdle() {
        if (!idle) {
            idle = true;
            downstream.event(Status.IDLE);
        }
    }

    @Override
    public void markActive() {
        if (idle) {
            idle = false;
            downstream.event(Status.ACTIVE);
        }
    }

    @Override
    public RelativeClock getInputActivityClock() {
        return this;
    }

    @Override
    public long relativeTimeMillis() {
        return time.nowMillis();
    }

    @Override
    public long relativeTimeNanos() {
        return TimeUnit.MILLISECONDS.toNanos(time.nowMillis());
    }
}
