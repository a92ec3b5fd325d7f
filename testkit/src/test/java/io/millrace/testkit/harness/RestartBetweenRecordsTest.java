package io.millrace.testkit.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.function.Collector;
import io.millrace.api.function.KeyedCoProcessFunction;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.ProcessWindowFunction;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.state.MapState;
import io.millrace.api.state.MapStateDescriptor;
import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;
import io.millrace.api.stream.DataStream;
import io.millrace.api.stream.KeyedStream;
import io.millrace.api.time.Time;
import io.millrace.api.time.Watermark;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.api.window.ContinuousEventTimeTrigger;
import io.millrace.api.window.CountTrigger;
import io.millrace.api.window.EventTimeSessionWindows;
import io.millrace.api.window.GlobalWindows;
import io.millrace.api.window.PurgingTrigger;
import io.millrace.api.window.SlidingEventTimeWindows;
import io.millrace.api.window.TimeWindow;
import io.millrace.api.window.TumblingEventTimeWindows;
import io.millrace.api.window.TumblingProcessingTimeWindows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What comes out of a task that is saved, killed and restored after every single element is what
 * comes out of one that runs on undisturbed.
 */
class RestartBetweenRecordsTest {
    private static final int ELEMENTS = 100;
    private static final int SEEDS = 3;
    private static final int KEYS = 5;
    private static final TypeInformation<Tuple2<Integer, Long>> PAIRS =
            Types.TUPLE(Types.INT, Types.LONG);

    /** A step of a test. */
    private sealed interface Step {
        record Record(int input, Tuple2<Integer, Long> value, long timestamp) implements Step {}

        record Advance(int input, long timestamp) implements Step {}

        record Clock(long wallMillis) implements Step {}
    }

    /** What is done with a keyed stream. */
    private interface OnKeys
            extends Function<KeyedStream<Tuple2<Integer, Long>, Integer>, DataStream<?>> {}

    /** Whether records come behind the watermark. */
    private enum Lateness {
        /**
         * What such a record makes due waits for the next watermark; with two inputs the sources
         * tell theirs again after a restart, and it does not wait.
         */
        NONE,
        SOME
    }

    private static Arguments oneInput(String name, Lateness lateness, OnKeys operators) {
        return Arguments.of(
                name,
                1,
                lateness,
                TaskProgram.of(
                        PAIRS,
                        (stream, outputs) ->
                                outputs.collect(
                                        "out", operators.apply(stream.keyBy(pair -> pair.f0)))));
    }

    private static Stream<Arguments> programs() {
        return Stream.of(
                oneInput(
                        "reduce",
                        Lateness.SOME,
                        keyed -> keyed.reduce((a, b) -> Tuple2.of(a.f0, a.f1 + b.f1))),
                oneInput("sum", Lateness.SOME, keyed -> keyed.sum(1)),
                oneInput("process function", Lateness.SOME, keyed -> keyed.process(new Batches())),
                oneInput(
                        "tumbling windows",
                        Lateness.SOME,
                        keyed ->
                                keyed.window(TumblingEventTimeWindows.of(Time.milliseconds(50)))
                                        .aggregate(new Total())),
                oneInput(
                        "tumbling windows with lateness",
                        Lateness.SOME,
                        keyed ->
                                keyed.window(TumblingEventTimeWindows.of(Time.milliseconds(50)))
                                        .allowedLateness(Time.milliseconds(40))
                                        .process(new Contents())),
                oneInput(
                        "sliding windows",
                        Lateness.SOME,
                        keyed ->
                                keyed.window(
                                                SlidingEventTimeWindows.of(
                                                        Time.milliseconds(80),
                                                        Time.milliseconds(20)))
                                        .sum(1)),
                oneInput(
                        "sliding windows of all records",
                        Lateness.SOME,
                        keyed ->
                                keyed.window(
                                                SlidingEventTimeWindows.of(
                                                        Time.milliseconds(80),
                                                        Time.milliseconds(20)))
                                        .process(new Contents())),
                oneInput(
                        "session windows",
                        Lateness.SOME,
                        keyed ->
                                keyed.window(EventTimeSessionWindows.withGap(Time.milliseconds(30)))
                                        .aggregate(new Total())),
                oneInput(
                        "windows with an early trigger",
                        Lateness.SOME,
                        keyed ->
                                keyed.window(TumblingEventTimeWindows.of(Time.milliseconds(100)))
                                        .trigger(
                                                ContinuousEventTimeTrigger.of(
                                                        Time.milliseconds(20)))
                                        .sum(1)),
                oneInput(
                        "global windows that count",
                        Lateness.SOME,
                        keyed ->
                                keyed.window(GlobalWindows.create())
                                        .trigger(PurgingTrigger.of(CountTrigger.of(3)))
                                        .sum(1)),
                oneInput(
                        "windows by the wall clock",
                        Lateness.SOME,
                        keyed ->
                                keyed.window(
                                                TumblingProcessingTimeWindows.of(
                                                        Time.milliseconds(70)))
                                        .sum(1)),
                Arguments.of(
                        "two inputs",
                        2,
                        Lateness.NONE,
                        TaskProgram.of(
                                PAIRS,
                                PAIRS,
                                (first, second, outputs) ->
                                        outputs.collect(
                                                "out",
                                                first.connect(second)
                                                        .keyBy(a -> a.f0, b -> b.f0)
                                                        .process(new Join())))));
    }

    /**
     * Gathers values in a list and a map, and emits both when event time or the wall clock comes to
     * the end of some span.
     */
    private static final class Batches
            extends KeyedProcessFunction<Integer, Tuple2<Integer, Long>, String> {
        private static final long serialVersionUID = 1L;
        private transient ListState<Long> values;
        private transient MapState<String, Long> counts;

        @Override
        public void open(Configuration parameters) {
            values =
                    getRuntimeContext()
                            .getListState(new ListStateDescriptor<>("values", Types.LONG));
            counts =
                    getRuntimeContext()
                            .getMapState(
                                    new MapStateDescriptor<>("counts", Types.STRING, Types.LONG));
        }

        @Override
        public void processElement(
                Tuple2<Integer, Long> value, Context context, Collector<String> out)
                throws Exception {
            values.add(value.f1);
            String parity = value.f1 % 2 == 0 ? "even" : "odd";
            counts.put(parity, counts.contains(parity) ? counts.get(parity) + 1 : 1);
            context.timerService().registerEventTimeTimer(context.timestamp() / 40 * 40 + 39);
            long now = context.timerService().currentProcessingTime();
            context.timerService().registerProcessingTimeTimer(now + 25);
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext context, Collector<String> out)
                throws Exception {
            List<Long> all = new ArrayList<>();
            values.get().forEach(all::add);
            out.collect(
                    context.timeDomain()
                            + " "
                            + context.getCurrentKey()
                            + " "
                            + all
                            + " even "
                            + counts.get("even")
                            + " odd "
                            + counts.get("odd"));
            values.clear();
        }
    }

    private static final class Contents
            extends ProcessWindowFunction<Tuple2<Integer, Long>, String, Integer, TimeWindow> {
        private static final long serialVersionUID = 1L;

        @Override
        public void process(
                Integer key,
                Context context,
                Iterable<Tuple2<Integer, Long>> elements,
                Collector<String> out) {
            out.collect(key + " " + context.window() + " " + elements);
        }
    }

    /** Pairs each record with the last one of the other input. */
    private static final class Join
            extends KeyedCoProcessFunction<
                    Integer, Tuple2<Integer, Long>, Tuple2<Integer, Long>, String> {
        private static final long serialVersionUID = 1L;
        private transient ValueState<Long> first;
        private transient ValueState<Long> second;

        @Override
        public void open(Configuration parameters) {
            first = getRuntimeContext().getState(new ValueStateDescriptor<>("first", Types.LONG));
            second = getRuntimeContext().getState(new ValueStateDescriptor<>("second", Types.LONG));
        }

        @Override
        public void processElement1(
                Tuple2<Integer, Long> value, Context context, Collector<String> out)
                throws Exception {
            first.update(value.f1);
            context.timerService().registerEventTimeTimer(context.timestamp() + 30);
            out.collect(value.f0 + ": " + value.f1 + "-" + second.value());
        }

        @Override
        public void processElement2(
                Tuple2<Integer, Long> value, Context context, Collector<String> out)
                throws Exception {
            second.update(value.f1);
            out.collect(value.f0 + ": " + first.value() + "-" + value.f1);
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext context, Collector<String> out)
                throws Exception {
            out.collect(context.getCurrentKey() + " forgets " + first.value());
            first.clear();
        }
    }

    // ------------------------------------------------------------------ the test

    private static List<Step> steps(Random random, int inputs, Lateness lateness) {
        List<Step> steps = new ArrayList<>();
        long[] watermarks = new long[inputs];
        long wallMillis = 0;
        for (int i = 0; i < ELEMENTS; i++) {
            int input = random.nextInt(inputs);
            switch (random.nextInt(6)) {
                case 0 -> {
                    watermarks[input] += random.nextInt(30);
                    steps.add(new Step.Advance(input, watermarks[input]));
                }
                case 1 -> {
                    wallMillis += random.nextInt(20);
                    steps.add(new Step.Clock(wallMillis));
                }
                default ->
                        steps.add(
                                new Step.Record(
                                        input,
                                        Tuple2.of(random.nextInt(KEYS), (long) i),
                                        timestamp(random, watermarks[input], lateness)));
            }
        }
        for (int input = 0; input < inputs; input++) {
            steps.add(new Step.Advance(input, 100_000));
        }
        steps.add(new Step.Clock(100_000));
        return steps;
    }

    private static long timestamp(Random random, long watermark, Lateness lateness) {
        return lateness == Lateness.NONE
                ? watermark + 1 + random.nextInt(70)
                : Math.max(0, watermark + random.nextInt(100) - 30);
    }

    private static void take(TaskHarness task, Step step) {
        if (step instanceof Step.Record record) {
            task.record(record.input(), record.value(), record.timestamp());
        } else if (step instanceof Step.Advance advance) {
            task.watermark(advance.input(), advance.timestamp());
        } else {
            task.clock(((Step.Clock) step).wallMillis());
        }
    }

    /** Timers of one time fire in any order of their keys, so what one step gives is sorted. */
    private static List<String> records(TaskHarness task) {
        return task.take("out").stream()
                .filter(element -> !(element instanceof Watermark))
                .map(Object::toString)
                .sorted()
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void shouldGiveTheSameWhenItBeginsAgainAfterEachElement(
            String name, int inputs, Lateness lateness, TaskProgram program) {
        for (long seed = 0; seed < SEEDS; seed++) {
            List<Step> steps = steps(new Random(seed), inputs, lateness);
            int emitted = 0;
            try (TaskHarness undisturbed = program.start()) {
                TaskHarness restarted = program.start();
                for (int i = 0; i < steps.size(); i++) {
                    take(undisturbed, steps.get(i));
                    take(restarted, steps.get(i));
                    List<String> expected = records(undisturbed);
                    emitted += expected.size();
                    assertThat(records(restarted))
                            .as("seed %d, step %d, %s", seed, i, steps.get(i))
                            .isEqualTo(expected);
                    TaskSnapshot snapshot = restarted.snapshot(i + 1);
                    long[] watermarks = watermarks(steps.subList(0, i + 1), inputs);
                    long now = restarted.clock();
                    restarted.kill();
                    restarted = program.start(0, snapshot, now);
                    // one input alone need not tell where event time stands: it is known
                    for (int input = 0; inputs > 1 && input < inputs; input++) {
                        if (watermarks[input] != Long.MIN_VALUE) {
                            restarted.watermark(input, watermarks[input]);
                        }
                    }
                    assertThat(records(restarted)).as("by the restart alone").isEmpty();
                }
                restarted.close();
            }
            assertThat(emitted).as("records in all").isGreaterThan(10);
        }
    }

    private static long[] watermarks(List<Step> steps, int inputs) {
        long[] watermarks = new long[inputs];
        Arrays.fill(watermarks, Long.MIN_VALUE);
        for (Step step : steps) {
            if (step instanceof Step.Advance advance) {
                watermarks[advance.input()] = advance.timestamp();
            }
        }
        return watermarks;
    }

    /** All subtasks of a program. */
    private static final class Subtasks {
        private final List<TaskHarness> tasks = new ArrayList<>();

        Subtasks(TaskProgram program, int parallelism, TaskSnapshot from, long wallMillis) {
            TaskProgram parallel = program.withParallelism(parallelism);
            for (int subtask = 0; subtask < parallelism; subtask++) {
                tasks.add(parallel.start(subtask, from, wallMillis));
            }
        }

        /** A record goes where its key belongs, all else to all. */
        void take(Step step) {
            for (TaskHarness task : tasks) {
                if (!(step instanceof Step.Record record)
                        || task.owns(record.input(), record.value())) {
                    RestartBetweenRecordsTest.take(task, step);
                }
            }
        }

        List<String> records() {
            return tasks.stream()
                    .flatMap(task -> RestartBetweenRecordsTest.records(task).stream())
                    .sorted()
                    .toList();
        }

        /** Lets all die between two records, and others begin with another parallelism. */
        Subtasks restarted(TaskProgram program, int parallelism, long id, long[] watermarks) {
            TaskSnapshot snapshot =
                    TaskSnapshot.of(tasks.stream().map(task -> task.snapshot(id)).toList());
            long now = tasks.get(0).clock();
            tasks.forEach(TaskHarness::kill);
            Subtasks next = new Subtasks(program, parallelism, snapshot, now);
            for (int input = 0; watermarks.length > 1 && input < watermarks.length; input++) {
                if (watermarks[input] != Long.MIN_VALUE) {
                    next.take(new Step.Advance(input, watermarks[input]));
                }
            }
            return next;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void shouldGiveTheSameWithAnotherParallelismAfterSomeElements(
            String name, int inputs, Lateness lateness, TaskProgram program) {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            List<Step> steps = steps(random, inputs, lateness);
            Subtasks undisturbed = new Subtasks(program, 1, null, 0);
            Subtasks rescaled = new Subtasks(program, 2, null, 0);
            for (int i = 0; i < steps.size(); i++) {
                undisturbed.take(steps.get(i));
                rescaled.take(steps.get(i));
                assertThat(rescaled.records())
                        .as("seed %d, step %d, %s", seed, i, steps.get(i))
                        .isEqualTo(undisturbed.records());
                if (random.nextInt(8) == 0) {
                    rescaled =
                            rescaled.restarted(
                                    program,
                                    1 + random.nextInt(4),
                                    i + 1,
                                    watermarks(steps.subList(0, i + 1), inputs));
                    assertThat(rescaled.records()).as("by the restart alone").isEmpty();
                }
            }
            undisturbed.tasks.forEach(TaskHarness::close);
            rescaled.tasks.forEach(TaskHarness::close);
        }
    }
}
