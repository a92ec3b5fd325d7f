package io.millrace.runtime.operator;

import io.millrace.api.time.RelativeClock;
import io.millrace.api.time.TimestampAssigner;
import io.millrace.api.time.TimestampAssignerSupplier;
import io.millrace.api.time.WatermarkGenerator;
import io.millrace.api.time.WatermarkGeneratorSupplier;
import io.millrace.api.time.WatermarkOutput;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.runtime.generate.ClassCopy;
import java.util.concurrent.TimeUnit;

/**
 * Makes the output of each split, with an assigner and a generator of its own.
 *
 * <p>Threads: owned by the subtask.
 */
final class SplitOutputs
        implements RelativeClock,
                TimestampAssignerSupplier.Context,
                WatermarkGeneratorSupplier.Context {
    private final String name;
    private final WatermarkStrategy<Object> strategy;
    private final ProcessingTime time;
    private final Output output;
    private final ClassCopy recordsClass;

    /**
     * @param recordsClass copy of {@link SplitRecords} for the place in the plan
     */
    SplitOutputs(
            String name,
            WatermarkStrategy<Object> strategy,
            ProcessingTime time,
            Output output,
            ClassCopy recordsClass) {
        this.name = name;
        this.strategy = strategy;
        this.time = time;
        this.output = output;
        this.recordsClass = recordsClass;
    }

    TimedRecords make(WatermarkOutput marks) {
        TimestampAssigner<Object> assigner;
        WatermarkGenerator<Object> generator;
        try {
            assigner = strategy.createTimestampAssigner(this);
            generator = strategy.createWatermarkGenerator(this);
        } catch (Throwable t) {
            throw OperatorFailure.in(name, "the watermark strategy", t);
        }
        return recordsClass.newInstance(
                TimedRecords.class, name, assigner, generator, marks, output);
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
