package io.millrace.examples;

import io.millrace.api.ParameterTool;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.fs.Path;
import io.millrace.api.function.Collector;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.OpenContext;
import io.millrace.api.serialization.SimpleStringEncoder;
import io.millrace.api.source.DataGeneratorSource;
import io.millrace.api.source.RateLimiterStrategy;
import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.type.Types;
import io.millrace.connector.file.sink.FileSink;
import io.millrace.connector.file.sink.OnCheckpointRollingPolicy;

/**
 * Numbers at a steady rate, dealt to a hundred keys; each line is a key, how many numbers it has
 * had and the number. A job to kill, stop and begin again: whatever happens, the counts of a key
 * are 1, 2, 3 and so on, each once.
 *
 * <p>{@code --output FOLDER [--rate A_SECOND] [--numbers HOW_MANY]}; without {@code --numbers} it
 * goes on until it is stopped. Lines become visible with each checkpoint.
 */
public final class RunningCounts {
    static final int KEYS = 100;

    private RunningCounts() {}

    public static void main(String[] args) throws Exception {
        ParameterTool parameters = ParameterTool.fromArgs(args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();

        env.fromSource(
                        new DataGeneratorSource<>(
                                number -> number,
                                parameters.getLong("numbers", Long.MAX_VALUE),
                                RateLimiterStrategy.perSecond(parameters.getDouble("rate", 2_000)),
                                Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                .uid("numbers")
                .keyBy(number -> number % KEYS)
                .process(new Counts())
                .name("counts")
                .uid("counts")
                .sinkTo(
                        FileSink.forRowFormat(
                                        new Path(parameters.getRequired("output")),
                                        new SimpleStringEncoder<String>())
                                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                                .build())
                .name("files")
                .uid("files");
        env.execute("Running counts");
    }

    /** Counts the numbers of each key. */
    public static final class Counts extends KeyedProcessFunction<Long, Long, String> {
        private transient ValueState<Long> count;

        @Override
        public void open(OpenContext context) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
        }

        @Override
        public void processElement(Long number, Context context, Collector<String> out)
                throws Exception {
            Long before = count.value();
            long now = before == null ? 1 : before + 1;
            count.update(now);
            out.collect(context.getCurrentKey() + " " + now + " " + number);
        }
    }
}
