package io.millrace.chaos;

import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.fs.Path;
import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.Collector;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.OpenContext;
import io.millrace.api.function.ProcessWindowFunction;
import io.millrace.api.serialization.SimpleStringEncoder;
import io.millrace.api.source.DataGeneratorSource;
import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;
import io.millrace.api.stream.DataStream;
import io.millrace.api.stream.KeyedStream;
import io.millrace.api.time.Time;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.window.EventTimeSessionWindows;
import io.millrace.api.window.TimeWindow;
import io.millrace.connector.file.sink.FileSink;
import io.millrace.connector.file.sink.OnCheckpointRollingPolicy;

/**
 * The job that is disturbed: running sums and sessions of each key, written to files that are
 * visible only once, at the rate that the machine gives.
 */
public final class ChaosJob {
    /** Folders below the output. */
    static final String SUMS = "sums";

    static final String SESSIONS = "sessions";

    private ChaosJob() {}

    /**
     * @param arguments the output folder
     */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 1) {
            throw new IllegalArgumentException(
                    "One argument is needed, the output folder; there are "
                            + arguments.length
                            + ".");
        }
        String output = arguments[0];
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        Events generator = Events.of(env.getParallelism());
        DataStream<Event> events =
                env.fromSource(
                                new DataGeneratorSource<>(
                                        generator::at,
                                        Long.MAX_VALUE,
                                        TypeInformation.of(Event.class)),
                                WatermarkStrategy.<Event>forMonotonousTimestamps()
                                        .withTimestampAssigner(
                                                (event, timestamp) -> event.timeMillis()),
                                "events")
                        .uid("events");
        KeyedStream<Event, Long> byKey = events.keyBy(Event::key);
        byKey.process(new RunningSum())
                .name("running sums")
                .uid("sums")
                .sinkTo(lines(output + "/" + SUMS))
                .uid("sums-files");
        byKey.window(EventTimeSessionWindows.withGap(Time.milliseconds(Events.GAP_MILLIS)))
                .aggregate(new CountAndSum(), new SessionLine())
                .name("sessions")
                .uid("sessions")
                .sinkTo(lines(output + "/" + SESSIONS))
                .uid("sessions-files");
        env.execute("chaos");
    }

    private static FileSink<String> lines(String folder) {
        return FileSink.forRowFormat(new Path(folder), new SimpleStringEncoder<String>())
                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                .build();
    }

    /** Count and sum of a key. */
    public record Totals(long count, long sum) {
        Totals plus(long moreCount, long moreSum) {
            return new Totals(count + moreCount, sum + moreSum);
        }
    }

    /** A line now and then. */
    private static final class RunningSum extends KeyedProcessFunction<Long, Event, String> {
        private static final long serialVersionUID = 1L;

        private transient ValueState<Totals> totals;

        @Override
        public void open(OpenContext context) {
            totals =
                    getRuntimeContext()
                            .getState(new ValueStateDescriptor<>("totals", Totals.class));
        }

        @Override
        public void processElement(Event event, Context context, Collector<String> out)
                throws Exception {
            Totals before = totals.value();
            Totals now = (before == null ? new Totals(0, 0) : before).plus(1, event.value());
            totals.update(now);
            if (now.count() % Lines.EVENTS_PER_SUM == 0) {
                out.collect(Lines.sum(event.key(), now.count(), now.sum()));
            }
        }
    }

    private static final class CountAndSum implements AggregateFunction<Event, Totals, Totals> {
        private static final long serialVersionUID = 1L;

        @Override
        public Totals createAccumulator() {
            return new Totals(0, 0);
        }

        @Override
        public Totals add(Event event, Totals totals) {
            return totals.plus(1, event.value());
        }

        @Override
        public Totals getResult(Totals totals) {
            return totals;
        }

        @Override
        public Totals merge(Totals left, Totals right) {
            return left.plus(right.count(), right.sum());
        }
    }

    private static final class SessionLine
            extends ProcessWindowFunction<Totals, String, Long, TimeWindow> {
        private static final long serialVersionUID = 1L;

        @Override
        public void process(
                Long key, Context context, Iterable<Totals> results, Collector<String> out) {
            Totals totals = results.iterator().next();
            out.collect(
                    Lines.session(
                            key,
                            context.window().getStart(),
                            context.window().getEnd(),
                            totals.count(),
                            totals.sum()));
        }
    }
}
