package io.millrace.testkit.simulation;

import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.Collector;
import io.millrace.api.function.FilterFunction;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.OpenContext;
import io.millrace.api.function.OutputTag;
import io.millrace.api.function.WindowFunction;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.state.MapState;
import io.millrace.api.state.MapStateDescriptor;
import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;
import io.millrace.api.stream.DataStream;
import io.millrace.api.stream.KeyedStream;
import io.millrace.api.stream.SingleOutputStreamOperator;
import io.millrace.api.stream.WindowedStream;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.tuple.Tuple3;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.api.window.EventTimeSessionWindows;
import io.millrace.api.window.SlidingEventTimeWindows;
import io.millrace.api.window.TimeWindow;
import io.millrace.api.window.TumblingEventTimeWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/**
 * The part of a {@link SimulatedProgram} that sums numbers by key and by event time, which is one
 * millisecond for each number. Says what must come of it, by a loop.
 *
 * <p>In a sequence nothing is late: records are combined before they are sent where windows allow
 * it, and each window fires once. Where splits come to readers in any order, some are late: they go
 * to an output of their own, or make their windows fire again.
 *
 * <p>Threads: one.
 */
final class WindowedSums {
    private static final TypeInformation<Tuple2<Long, Long>> PAIR =
            Types.TUPLE(Types.LONG, Types.LONG);
    private static final TypeInformation<Tuple3<Long, Long, Long>> RESULT =
            Types.TUPLE(Types.LONG, Types.LONG, Types.LONG);
    private static final OutputTag<Tuple2<Long, Long>> LATE = new OutputTag<>("late", PAIR);

    /** Event time of a window, or of the panes of one that slides. */
    private static final long SIZE = 500;

    private static final int PANES = 4;
    private static final long MOST_KEYS = 1000;

    /** So many numbers are a session of each key, and so many are left out before the next one. */
    private static final long SESSION = 500;

    /** Longer than it takes for a key to come again, shorter than what is left out. */
    private static final long GAP = 300;

    /** For which a function remembers a number. */
    private static final long AGE = 4000;

    private final Kind kind;
    private final boolean split;

    /** Whether keys are text, so that what is kept for them lies in no table. */
    private final boolean textKeys;

    /** Whether sums alone are kept, and not records. */
    private final boolean aggregated;

    /** How much text a function remembers with each number. */
    private final int remembered;

    /** How sums are made. */
    enum Kind {
        /** There are none. */
        NONE,
        TUMBLING,
        SLIDING,
        SESSIONS,
        /** A function with a map, a list, a number and many timers. */
        FUNCTION;

        /** Those of a job with checkpoints. */
        static Kind of(long seed) {
            return values()[(int) Math.floorMod(seed >> 3, (long) values().length)];
        }

        /** Whether their records are combined before they leave a worker. */
        boolean combines() {
            return this == TUMBLING || this == SLIDING;
        }
    }

    /**
     * @param split whether numbers come in any order
     */
    WindowedSums(Kind kind, boolean split, Random random) {
        this.kind = kind;
        this.split = split;
        this.textKeys = random.nextInt(3) == 0;
        this.aggregated = random.nextInt(2) == 0;
        this.remembered = random.nextInt(100);
    }

    boolean areThere() {
        return kind != Kind.NONE;
    }

    /**
     * What one key has in one window, or in one session.
     *
     * @param sum of its numbers
     * @param late whether it is that of a record that came too late
     */
    record Result(long key, long window, long sum, boolean late) {
        static Result of(Tuple3<Long, Long, Long> result) {
            return result.f1 < 0
                    ? new Result(result.f0, -1 - result.f1, result.f2, true)
                    : new Result(result.f0, result.f1, result.f2, false);
        }

        Tuple3<Long, Long, Long> toTuple() {
            return Tuple3.of(key, late ? -1 - window : window, sum);
        }
    }

    // ------------------------------------------------------------------ the graph

    /**
     * @param numbers each behind its key
     * @param first number, whose time is 0
     */
    DataStream<Tuple3<Long, Long, Long>> of(DataStream<Tuple2<Long, Long>> numbers, long first) {
        DataStream<Tuple2<Long, Long>> taken =
                kind == Kind.SESSIONS ? numbers.filter(new InSession(first)) : numbers;
        return textKeys
                ? results(taken.keyBy(pair -> "key " + pair.f0, Types.STRING), first)
                : results(taken.keyBy(pair -> pair.f0, Types.LONG), first);
    }

    private <K> DataStream<Tuple3<Long, Long, Long>> results(
            KeyedStream<Tuple2<Long, Long>, K> numbers, long first) {
        return switch (kind) {
            case TUMBLING -> {
                var windows = numbers.window(TumblingEventTimeWindows.of(Duration.ofMillis(SIZE)));
                yield split ? withLate(windows, first) : summed(windows);
            }
            case SLIDING -> {
                var windows =
                        numbers.window(
                                SlidingEventTimeWindows.of(
                                        Duration.ofMillis(SIZE * PANES), Duration.ofMillis(SIZE)));
                yield summed(split ? windows.allowedLateness(Duration.ofDays(1)) : windows);
            }
            case SESSIONS ->
                    withLate(
                            numbers.window(EventTimeSessionWindows.withGap(Duration.ofMillis(GAP))),
                            first);
            case FUNCTION -> {
                var sums = numbers.process(new Remembering<>(first, remembered), RESULT);
                yield sums.union(sums.getSideOutput(LATE).map(new Late(unit(), first)));
            }
            case NONE -> throw new IllegalStateException("There are none");
        };
    }

    private <K> DataStream<Tuple3<Long, Long, Long>> withLate(
            WindowedStream<Tuple2<Long, Long>, K, TimeWindow> windows, long first) {
        var sums = summed(windows.sideOutputLateData(LATE));
        return sums.union(sums.getSideOutput(LATE).map(new Late(unit(), first)));
    }

    private <K> SingleOutputStreamOperator<Tuple3<Long, Long, Long>> summed(
            WindowedStream<Tuple2<Long, Long>, K, TimeWindow> windows) {
        return aggregated
                ? windows.aggregate(new Sum(), new SumOfWindow<>(unit()), Types.LONG, RESULT)
                : windows.reduce(
                        (one, other) -> Tuple2.of(one.f0, one.f1 + other.f1),
                        new PairOfWindow<>(unit()),
                        RESULT);
    }

    /** The event time from the end of a window to that of the next one. */
    private long unit() {
        return kind == Kind.SESSIONS ? 2 * SESSION : SIZE;
    }

    /** Whether a number is summed at all. */
    private boolean takes(long millis) {
        return kind != Kind.SESSIONS || millis / SESSION % 2 == 0;
    }

    /** Where results go. */
    TellingSink<Tuple3<Long, Long, Long>> sink(String simulation, String state) {
        // windows that fire again say anew what they have
        boolean lastCounts = kind == Kind.SLIDING && split;
        return new TellingSink<>(
                simulation,
                state,
                RESULT,
                lastCounts ? result -> result.f1 * MOST_KEYS + result.f0 : null);
    }

    // ------------------------------------------------------------------ its functions

    /** Leaves out what lies between sessions. */
    private static final class InSession implements FilterFunction<Tuple2<Long, Long>> {
        private static final long serialVersionUID = 1;
        private final long first;

        InSession(long first) {
            this.first = first;
        }

        @Override
        public boolean filter(Tuple2<Long, Long> pair) {
            return (pair.f1 - first) / SESSION % 2 == 0;
        }
    }

    private static final class Sum implements AggregateFunction<Tuple2<Long, Long>, Long, Long> {
        private static final long serialVersionUID = 1;

        @Override
        public Long createAccumulator() {
            return 0L;
        }

        @Override
        public Long add(Tuple2<Long, Long> pair, Long sum) {
            return sum + pair.f1;
        }

        @Override
        public Long getResult(Long sum) {
            return sum;
        }

        @Override
        public Long merge(Long one, Long other) {
            return one + other;
        }
    }

    private record SumOfWindow<K>(long unit)
            implements WindowFunction<Long, Tuple3<Long, Long, Long>, K, TimeWindow> {
        @Override
        public void apply(
                K key,
                TimeWindow window,
                Iterable<Long> sums,
                Collector<Tuple3<Long, Long, Long>> out) {
            String text = key.toString();
            long number = Long.parseLong(text.substring(text.indexOf(' ') + 1));
            for (long sum : sums) {
                out.collect(Tuple3.of(number, window.maxTimestamp() / unit, sum));
            }
        }
    }

    private record PairOfWindow<K>(long unit)
            implements WindowFunction<Tuple2<Long, Long>, Tuple3<Long, Long, Long>, K, TimeWindow> {
        @Override
        public void apply(
                K key,
                TimeWindow window,
                Iterable<Tuple2<Long, Long>> sums,
                Collector<Tuple3<Long, Long, Long>> out) {
            for (Tuple2<Long, Long> sum : sums) {
                out.collect(Tuple3.of(sum.f0, window.maxTimestamp() / unit, sum.f1));
            }
        }
    }

    /** A record that came too late is a result of its own. */
    private record Late(long unit, long first)
            implements MapFunction<Tuple2<Long, Long>, Tuple3<Long, Long, Long>> {
        @Override
        public Tuple3<Long, Long, Long> map(Tuple2<Long, Long> pair) {
            return new Result(pair.f0, (pair.f1 - first) / unit, pair.f1, true).toTuple();
        }
    }

    /**
     * Remembers each number for some time, in a map and in a list; adds it to the sum of its window
     * when its timer fires, and emits the sum when nothing of the window is remembered any more.
     */
    private static final class Remembering<K>
            extends KeyedProcessFunction<K, Tuple2<Long, Long>, Tuple3<Long, Long, Long>> {
        private static final long serialVersionUID = 1;

        private final long first;
        private final String text;
        private transient MapState<Long, String> byNumber;
        private transient ListState<Tuple2<Long, Long>> listed;
        private transient MapState<Long, Long> sums;
        private transient ValueState<Long> count;

        /**
         * @param characters of text that are kept with each number
         */
        Remembering(long first, int characters) {
            this.first = first;
            this.text = " ".repeat(characters);
        }

        @Override
        public void open(OpenContext context) {
            byNumber =
                    getRuntimeContext()
                            .getMapState(
                                    new MapStateDescriptor<>("numbers", Types.LONG, Types.STRING));
            listed = getRuntimeContext().getListState(new ListStateDescriptor<>("listed", PAIR));
            sums =
                    getRuntimeContext()
                            .getMapState(
                                    new MapStateDescriptor<>("of-windows", Types.LONG, Types.LONG));
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
        }

        @Override
        public void processElement(
                Tuple2<Long, Long> pair, Context ctx, Collector<Tuple3<Long, Long, Long>> out)
                throws Exception {
            long timer = pair.f1 - first + AGE;
            if (timer <= ctx.timerService().currentWatermark()) {
                ctx.output(LATE, pair);
                return;
            }
            byNumber.put(pair.f1, text + pair.f1);
            listed.add(pair);
            count.update(counted() + 1);
            ctx.timerService().registerEventTimeTimer(timer);
            ctx.timerService().registerEventTimeTimer(endOfWindow(pair.f1) + AGE);
        }

        private long counted() throws Exception {
            Long counted = count.value();
            return counted == null ? 0 : counted;
        }

        private long endOfWindow(long number) {
            return (number - first) / SIZE * SIZE + SIZE - 1;
        }

        @Override
        public void onTimer(
                long timestamp, OnTimerContext ctx, Collector<Tuple3<Long, Long, Long>> out)
                throws Exception {
            long number = timestamp - AGE + first;
            long end = endOfWindow(number);
            String found = byNumber.get(number);
            if (found != null) {
                byNumber.remove(number);
                count.update(count.value() - 1);
                Long before = sums.get(end);
                sums.put(end, (before == null ? 0 : before) + Long.parseLong(found.strip()));
            }
            if (number - first == end) {
                emit(end, out);
            }
        }

        /** Only if what the list and the number have is what the map has. */
        private void emit(long end, Collector<Tuple3<Long, Long, Long>> out) throws Exception {
            long key = -1;
            long sum = 0;
            List<Tuple2<Long, Long>> rest = new ArrayList<>();
            for (Tuple2<Long, Long> pair : listed.get()) {
                if (endOfWindow(pair.f1) == end) {
                    sum += pair.f1;
                    key = pair.f0;
                } else if (endOfWindow(pair.f1) > end) {
                    rest.add(pair);
                }
            }
            long inMap = 0;
            for (long number : byNumber.keys()) {
                inMap++;
            }
            boolean whole = sum == sums.get(end) && inMap == count.value();
            out.collect(Tuple3.of(key, end / SIZE, whole ? sum : -1));
            listed.update(rest);
            sums.remove(end);
        }
    }

    // ------------------------------------------------------------------ what must come of it

    /**
     * Compares what came of it with what numbers come to.
     *
     * @param program whose numbers they are
     * @param emitted the numbers that the source has emitted
     * @param complete whether event time has come to its end; else some windows are still open
     * @return what is wrong; null if nothing
     */
    String wrong(
            List<Result> results,
            SimulatedProgram program,
            LongPredicate emitted,
            boolean complete) {
        Map<String, Long> expected = expected(program, emitted);
        Map<String, Long> sums = new TreeMap<>();
        for (Result result : results) {
            String where = where(result.key(), result.window());
            boolean once = sums.merge(where, result.sum(), Long::sum).equals(result.sum());
            if (!split && (result.late() || !once)) {
                return where + " has " + result + " although nothing comes late";
            }
        }
        Map<String, String> differences = new TreeMap<>();
        for (Map.Entry<String, Long> sum : sums.entrySet()) {
            Long wanted = expected.remove(sum.getKey());
            if ((complete || !split) && !sum.getValue().equals(wanted)) {
                differences.put(sum.getKey(), "told " + sum.getValue() + ", expected " + wanted);
            }
        }
        if (complete) {
            expected.forEach((where, sum) -> differences.put(where, "not told, expected " + sum));
        }
        return differences.isEmpty() ? null : differences.toString();
    }

    private static String where(long key, long window) {
        return "key " + key + " in " + window;
    }

    private Map<String, Long> expected(SimulatedProgram program, LongPredicate emitted) {
        Map<String, Long> sums = new TreeMap<>();
        for (long number = 1; number <= program.records(); number++) {
            long millis = number - program.firstBefore(number);
            if (emitted.test(number) && takes(millis)) {
                long window = millis / unit();
                for (int i = 0; i < (kind == Kind.SLIDING ? PANES : 1); i++) {
                    sums.merge(where(program.keyOf(number), window + i), number, Long::sum);
                }
            }
        }
        return sums;
    }
}
