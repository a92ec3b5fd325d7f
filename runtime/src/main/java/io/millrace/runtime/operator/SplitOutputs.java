package io.millrace.runtime.operator;

import io.millrace.api.time.RelativeClock;
import io.millrace.api.time.TimestampAssigner;
import io.millrace.api.time.TimestampAssignerSupplier;
import io.millrace.api.time.WatermarkGenerator;
import io.millrace.api.time.WatermarkGeneratorSupplier;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.runtime.generate.ClassCopy;

/**
 * Makes the output of each split, with an assigner and a generator of its own.
 *
 * <p>Threads: owned by the subtask.
 */
final class SplitOutputs {
    private final String name;
    private final WatermarkStrategy<Object> strategy;
    private final Output output;
    private final ClassCopy recordsClass;

    /** What a strategy may ask while it makes something for one output. */
    private record Context(RelativeClock activity)
            implements TimestampAssignerSupplier.Context, WatermarkGeneratorSupplier.Context {
        @Override
        public RelativeClock getInputActivityClock() {
            return activity;
        }
    }

    /**
     * @param recordsClass copy of {@link SplitRecords} for the place in the plan
     */
    SplitOutputs(
            String name,
            WatermarkStrategy<Object> strategy,
            Output output,
            ClassCopy recordsClass) {
        this.name = name;
        this.strategy = strategy;
        this.output = output;
        this.recordsClass = recordsClass;
    }

    TimedRecords make(SplitMarks.Part marks) {
        TimestampAssigner<Object> assigner;
        WatermarkGenerator<Object> generator;
        try {
            Context context = new Context(marks.activity());
            assigner = strategy.createTimestampAssigner(context);
            generator = strategy.createWatermarkGenerator(context);
        } catch (Throwable t) {
            throw OperatorFailure.in(name, "the watermark strategy", t);
        }
        return recordsClass.newInstance(
                TimedRecords.class, name, assigner, generator, marks, output);
    }
}
