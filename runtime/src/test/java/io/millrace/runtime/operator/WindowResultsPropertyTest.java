package io.millrace.runtime.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.OutputTag;
import io.millrace.api.stream.DataStream;
import io.millrace.api.stream.KeyedStream;
import io.millrace.api.stream.SingleOutputStreamOperator;
import io.millrace.api.stream.WindowedStream;
import io.millrace.api.time.Time;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.api.window.EventTimeSessionWindows;
import io.millrace.api.window.EventTimeTrigger;
import io.millrace.api.window.SlidingEventTimeWindows;
import io.millrace.api.window.TimeWindow;
import io.millrace.api.window.Trigger;
import io.millrace.api.window.TriggerResult;
import io.millrace.runtime.exchange.EdgeWriter;
import io.millrace.runtime.exchange.ForgettingOutputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordWriter;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.operator.OperatorHarness.Stores;
import io.millrace.runtime.serializer.KeyHashers;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Windows against a plain reference implementation, on random input that comes out of order. */
class WindowResultsPropertyTest {
    private static final TypeInformation<Tuple2<String, Long>> TYPE =
            Types.TUPLE(Types.STRING, Types.LONG);
    private static final OutputTag<Tuple2<String, Long>> LATE = new OutputTag<>("late", TYPE);

    /** The values of a window joined, oldest pane first: shows every record and none twice. */
    private static final class Joined
            implements AggregateFunction<Tuple2<String, Long>, Long, String> {
        private static final long serialVersionUID = 1;

        @Override
        public Long createAccumulator() {
            return 0L;
        }

        @Override
        public Long add(Tuple2<String, Long> value, Long accumulator) {
            return accumulator + value.f1;
        }

        @Override
        public String getResult(Long accumulator) {
            return Long.toBinaryString(accumulator);
        }

        @Override
        public Long merge(Long a, Long b) {
            return a + b;
        }
    }

    /** Fires as the default trigger does, but is not known to the engine: takes the general way. */
    private static final class OwnTrigger extends Trigger<Object, TimeWindow> {
        private static final long serialVersionUID = 1;
        private final EventTimeTrigger trigger = EventTimeTrigger.create();

        @Override
        public TriggerResult onElement(
                Object element, long timestamp, TimeWindow window, TriggerContext ctx) {
            return trigger.onElement(element, timestamp, window, ctx);
        }

        @Override
        public TriggerResult onProcessingTime(long time, TimeWindow window, TriggerContext ctx) {
            return trigger.onProcessingTime(time, window, ctx);
        }

        @Override
        public TriggerResult onEventTime(long time, TimeWindow window, TriggerContext ctx) {
            return trigger.onEventTime(time, window, ctx);
        }

        @Override
        public void clear(TimeWindow window, TriggerContext ctx) {
            trigger.clear(window, ctx);
        }
    }

    /** A record, or a watermark. */
    private record Step(String key, long value, long timestampMillis) {
        static Step watermark(long timestampMillis) {
            return new Step(null, 0, timestampMillis);
        }
    }

    /** Random records, with watermarks that some of them come after. */
    private static List<Step> steps(long seed, int records) {
        Random random = new Random(seed);
        List<Step> steps = new ArrayList<>();
        long time = random.nextInt(200) - 100;
        long watermark = Long.MIN_VALUE;
        for (int i = 0; i < records; i++) {
            time += random.nextInt(random.nextInt(20) == 0 ? 300 : 12);
            long timestamp = time - random.nextInt(random.nextInt(10) == 0 ? 120 : 15);
            steps.add(new Step("k" + random.nextInt(3), 1L << (i % 60), timestamp));
            if (random.nextInt(3) == 0 && time - 10 > watermark) {
                watermark = time - 10 + random.nextInt(8);
                steps.add(Step.watermark(watermark));
            }
        }
        return steps;
    }

    /** What comes out of windows, by the plainest means. */
    private abstract static class PlainReference {
        final List<String> results = new ArrayList<>();
        final List<String> late = new ArrayList<>();
        long lateness;
        long watermark = Long.MIN_VALUE;

        abstract void record(Step step);

        abstract void watermark(long next);
    }

    /** What aligned windows must give: results in no particular order, late records. */
    private static final class Reference extends PlainReference {
        private final long size;
        private final long slide;
        private final long offset;
        private final Map<String, Map<Long, Long>> sums = new TreeMap<>();

        Reference(long size, long slide, long offset, long lateness) {
            this.size = size;
            this.slide = slide;
            this.offset = offset;
            this.lateness = lateness;
        }

        @Override
        void record(Step step) {
            boolean taken = false;
            for (long start = step.timestampMillis - size - slide;
                    start <= step.timestampMillis;
                    start++) {
                boolean isWindow =
                        Math.floorMod(start - offset, slide) == 0
                                && start <= step.timestampMillis
                                && step.timestampMillis < start + size;
                if (isWindow && start + size - 1 + lateness > watermark) {
                    taken = true;
                    long sum =
                            sums.computeIfAbsent(step.key, k -> new TreeMap<>())
                                    .merge(start, step.value, Long::sum);
                    if (start + size - 1 <= watermark) {
                        emit(start, sum);
                    }
                }
            }
            if (!taken && step.timestampMillis + lateness <= watermark) {
                late.add("(" + step.key + "," + step.value + ") @" + step.timestampMillis);
            }
        }

        private void emit(long start, long sum) {
            results.add(Long.toBinaryString(sum) + " @" + (start + size - 1));
        }

        @Override
        void watermark(long next) {
            sums.values()
                    .forEach(
                            windows ->
                                    windows.forEach(
                                            (start, sum) -> {
                                                long last = start + size - 1;
                                                if (last > watermark && last <= next) {
                                                    emit(start, sum);
                                                }
                                            }));
            watermark = next;
        }
    }

    /** Types of keys, which decide how state and totals are laid out. */
    enum Keys {
        TEXT,
        NUMBER
    }

    private static KeyedStream<Tuple2<String, Long>, ?> keyed(
            DataStream<Tuple2<String, Long>> in, Keys keys) {
        return keys == Keys.TEXT
                ? in.keyBy(r -> r.f0, Types.STRING)
                : in.keyBy(r -> (long) r.f0.charAt(1), Types.LONG);
    }

    private static OperatorHarness sliding(
            Stores stores,
            Keys keys,
            long size,
            long slide,
            long offset,
            long lateness,
            boolean general)
            throws Exception {
        return OperatorHarness.of(
                stores, TYPE, windows(keys, size, slide, offset, lateness, general));
    }

    private static OperatorHarness.OneInput<Tuple2<String, Long>> windows(
            Keys keys, long size, long slide, long offset, long lateness, boolean general) {
        return (in, sinks) -> {
            WindowedStream<Tuple2<String, Long>, ?, TimeWindow> windows =
                    keyed(in, keys)
                            .window(
                                    SlidingEventTimeWindows.of(
                                            Time.milliseconds(size),
                                            Time.milliseconds(slide),
                                            Time.milliseconds(offset)))
                            .allowedLateness(Time.milliseconds(lateness))
                            .sideOutputLateData(LATE);
            if (general) {
                windows.trigger(new OwnTrigger());
            }
            SingleOutputStreamOperator<String> results = windows.aggregate(new Joined());
            sinks.collect("out", results);
            sinks.collect("late", results.getSideOutput(LATE));
        };
    }

    @Property(tries = 500)
    void shouldGiveTheResultsOfThePlainReferenceWhenWindowsAreAligned(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 80) int records,
            @ForAll @LongRange(min = 1, max = 60) long size,
            @ForAll @LongRange(min = 1, max = 40) long slide,
            @ForAll boolean waitsForLate,
            @ForAll boolean general,
            @ForAll Keys keys,
            @ForAll boolean interrupted,
            @ForAll Stores stores)
            throws Exception {
        Random random = new Random(seed);
        long lateness = waitsForLate ? random.nextInt(50) : 0;
        long offset = random.nextInt((int) slide) * (random.nextBoolean() ? 1 : -1);
        Reference reference = new Reference(size, slide, offset, lateness);
        try (OperatorHarness harness =
                sliding(stores, keys, size, slide, offset, lateness, general)) {
            agree(harness, reference, steps(seed, records), stores, interrupted, random);
        }
    }

    /** Takes the steps, with restarts in between, and compares after each. */
    private static void agree(
            OperatorHarness harness,
            PlainReference reference,
            List<Step> steps,
            Stores stores,
            boolean interrupted,
            Random random)
            throws Exception {
        for (Step step : steps) {
            if (stores != Stores.PLAIN && random.nextInt(10) == 0) {
                harness.restart();
                if (reference.watermark != Long.MIN_VALUE && random.nextInt(3) == 0) {
                    harness.watermark(reference.watermark - random.nextInt(100));
                    assertThat(harness.take("out")).as("fired again").isEmpty();
                }
            }
            if (step.key == null) {
                fire(
                        harness,
                        step.timestampMillis,
                        interrupted,
                        stores == Stores.PLAIN ? null : random);
                reference.watermark(step.timestampMillis);
            } else {
                harness.record(Tuple2.of(step.key, step.value), step.timestampMillis);
                reference.record(step);
            }
            assertThat(harness.take("out"))
                    .as("after %s", step)
                    .containsExactlyInAnyOrderElementsOf(reference.results);
            reference.results.clear();
        }
        harness.endOfInput();
        reference.watermark(Long.MAX_VALUE);
        assertThat(harness.take("out")).containsExactlyInAnyOrderElementsOf(reference.results);
        assertThat(harness.take("late")).containsExactlyElementsOf(reference.late);
        assertThat(harness.state()).as("left behind").isEmpty();
        assertThat(harness.entries()).as("left behind").isEmpty();
    }

    @Property(tries = 300)
    void shouldDropAllInTheEndWhenAnotherProgramAllowsAnotherLateness(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 80) int records,
            @ForAll @LongRange(min = 1, max = 60) long size,
            @ForAll @LongRange(min = 1, max = 40) long slide,
            @ForAll @LongRange(min = 0, max = 50) long former,
            @ForAll @LongRange(min = 0, max = 50) long lateness,
            @ForAll boolean general,
            @ForAll Keys keys,
            @ForAll boolean known)
            throws Exception {
        for (Stores stores : List.of(Stores.MANAGED, Stores.KEY_BY_KEY)) {
            Random random = new Random(seed);
            List<Step> steps = steps(seed, records);
            int changed = random.nextInt(steps.size() + 1);
            Reference reference = new Reference(size, slide, 0, former);
            try (OperatorHarness harness = sliding(stores, keys, size, slide, 0, former, general)) {
                for (int i = 0; i < steps.size(); i++) {
                    Step step = steps.get(i);
                    if (i == changed) {
                        harness.restart(TYPE, windows(keys, size, slide, 0, lateness, general));
                        reference.lateness = lateness;
                    } else if (i > changed && !known && random.nextInt(10) == 0) {
                        harness.restartWithoutWatermarks();
                    }
                    if (step.key == null) {
                        harness.watermark(step.timestampMillis);
                        reference.watermark(step.timestampMillis);
                    } else {
                        harness.record(Tuple2.of(step.key, step.value), step.timestampMillis);
                        reference.record(step);
                    }
                    // what was dropped does not come back when more is allowed later
                    if (known && lateness <= former) {
                        assertThat(harness.take("out"))
                                .as("after %s", step)
                                .containsExactlyInAnyOrderElementsOf(reference.results);
                        reference.results.clear();
                    }
                }
                harness.endOfInput();
                assertThat(harness.entries()).as("left behind in %s", stores).isEmpty();
            }
        }
    }

    /** One of the subtasks that the windows read: what it sends arrives at once. */
    private static final class Producer extends ForgettingOutputChannel {
        private final Inputs inputs;
        private final RecordWriter writer;
        private long watermark = Long.MIN_VALUE;
        private boolean idle;

        Producer(Inputs inputs, RecordWriters writers) {
            this.inputs = inputs;
            this.writer = writers.to(this);
        }

        interface RecordWriters {
            RecordWriter to(OutputChannel channel);
        }

        @Override
        public void write(Object value, long timestamp, int bytes) {
            inputs.harness.record(value, timestamp);
        }

        @Override
        public void writeEvent(StreamEvent event) {
            if (event instanceof StreamEvent.Watermark mark) {
                watermark = mark.timestampMillis();
            } else {
                idle = event == StreamEvent.Status.IDLE;
            }
            inputs.changed();
        }
    }

    /** Several subtasks, and the least of their watermarks. */
    private static final class Inputs {
        private final OperatorHarness harness;
        private final Reference reference;
        private final List<Producer> producers = new ArrayList<>();

        Inputs(OperatorHarness harness, Reference reference) {
            this.harness = harness;
            this.reference = reference;
        }

        void changed() {
            producers.stream()
                    .filter(producer -> !producer.idle)
                    .mapToLong(producer -> producer.watermark)
                    .min()
                    .ifPresent(
                            least -> {
                                if (least > reference.watermark) {
                                    harness.watermark(least);
                                    reference.watermark(least);
                                }
                            });
        }
    }

    @Property(tries = 300)
    void shouldGiveTheResultsOfThePlainReferenceWhenRecordsAreCombinedOnTheirWay(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 80) int records,
            @ForAll @LongRange(min = 1, max = 60) long size,
            @ForAll @LongRange(min = 1, max = 40) long slide,
            @ForAll Stores stores)
            throws Exception {
        Random random = new Random(seed);
        Reference reference = new Reference(size, slide, 0, 0);
        JobClasses classes = new JobClasses(getClass().getClassLoader());
        try (OperatorHarness harness =
                OperatorHarness.of(
                        stores,
                        TYPE,
                        (in, sinks) ->
                                sinks.collect(
                                        "out",
                                        in.keyBy(r -> r.f0, Types.STRING)
                                                .window(
                                                        SlidingEventTimeWindows.of(
                                                                Time.milliseconds(size),
                                                                Time.milliseconds(slide)))
                                                .aggregate(new Joined())))) {
            Inputs inputs = new Inputs(harness, reference);
            for (int i = 0; i < 2; i++) {
                inputs.producers.add(
                        new Producer(inputs, channel -> combining(harness, channel, classes)));
            }
            for (Step step : steps(seed, records)) {
                Producer producer = inputs.producers.get(random.nextInt(2));
                EdgeWriter edge = producer.writer.edge();
                if (producer.idle) {
                    edge.event(StreamEvent.Status.ACTIVE);
                } else if (random.nextInt(12) == 0) {
                    edge.event(StreamEvent.Status.IDLE);
                    continue;
                }
                if (step.key == null) {
                    if (step.timestampMillis > producer.watermark) {
                        edge.event(new StreamEvent.Watermark(step.timestampMillis));
                    }
                } else {
                    producer.writer.write(Tuple2.of(step.key, step.value), step.timestampMillis);
                    reference.record(step);
                }
                if (random.nextInt(8) == 0) {
                    edge.flush();
                }
            }
            for (Producer producer : inputs.producers) {
                producer.writer.edge().event(StreamEvent.Status.ACTIVE);
                producer.writer.edge().event(new StreamEvent.Watermark(Long.MAX_VALUE));
            }
            assertThat(harness.take("out")).containsExactlyInAnyOrderElementsOf(reference.results);
            assertThat(harness.count("numLateRecordsDropped")).isEqualTo(reference.late.size());
            assertThat(harness.state()).isEmpty();
        }
    }

    @SuppressWarnings("unchecked") // records of the type
    private static RecordWriter combining(
            OperatorHarness harness, OutputChannel channel, JobClasses classes) {
        try {
            return new EdgeWriter(0, List.of(channel), 100, edge -> {})
                    .byKeyCombined(
                            classes,
                            "edge",
                            TYPE,
                            (TypeSerializer<Object>)
                                    (TypeSerializer<?>) Serializers.compile(TYPE, classes),
                            (Tuple2<String, Long> record) -> record.f0,
                            KeyHashers.forType(Types.STRING, classes),
                            128,
                            WindowCombining.of(
                                    harness.head().spec(), TYPE, Types.STRING, classes, "edge"));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A watermark, all at once or a timer at a time, with a new start in between now and then.
     *
     * @param restarts null for none
     */
    private static void fire(
            OperatorHarness harness, long watermark, boolean interrupted, Random restarts)
            throws Exception {
        if (!interrupted) {
            harness.watermark(watermark);
            return;
        }
        harness.enterWatermark(watermark);
        while (!harness.fireOne()) {
            if (restarts != null && restarts.nextInt(6) == 0) {
                harness.restart();
                harness.enterWatermark(watermark);
            }
        }
    }

    /** What sessions must give: results in no particular order, late records. */
    private static final class SessionReference extends PlainReference {
        private final long gap;
        private final Map<String, List<Session>> open = new TreeMap<>();

        /** Of records from one timestamp to another, each at most a gap behind the one before. */
        private record Session(long first, long last, long sum) {
            Session with(Session other) {
                return new Session(
                        Math.min(first, other.first), Math.max(last, other.last), sum + other.sum);
            }
        }

        SessionReference(long gap, long lateness) {
            this.gap = gap;
            this.lateness = lateness;
        }

        private long end(Session session) {
            return session.last + gap - 1;
        }

        @Override
        void record(Step step) {
            List<Session> sessions = open.computeIfAbsent(step.key, k -> new ArrayList<>());
            Session own = new Session(step.timestampMillis, step.timestampMillis, step.value);
            List<Session> joined = new ArrayList<>();
            for (Session session : sessions) {
                if (session.first - gap <= step.timestampMillis
                        && step.timestampMillis <= session.last + gap) {
                    joined.add(session);
                    own = own.with(session);
                }
            }
            if (end(own) + lateness <= watermark) {
                late.add("(" + step.key + "," + step.value + ") @" + step.timestampMillis);
                return;
            }
            sessions.removeAll(joined);
            sessions.add(own);
            if (end(own) <= watermark) {
                emit(own);
            }
        }

        private void emit(Session session) {
            results.add(Long.toBinaryString(session.sum) + " @" + end(session));
        }

        @Override
        void watermark(long next) {
            for (List<Session> sessions : open.values()) {
                sessions.stream()
                        .filter(session -> end(session) > watermark && end(session) <= next)
                        .forEach(this::emit);
                sessions.removeIf(
                        session -> next == Long.MAX_VALUE || end(session) + lateness <= next);
            }
            watermark = next;
        }
    }

    /** Fires as the default trigger does, but is not known to the engine. */
    private static final class OwnMergingTrigger extends Trigger<Object, TimeWindow> {
        private static final long serialVersionUID = 1;
        private final OwnTrigger trigger = new OwnTrigger();

        @Override
        public TriggerResult onElement(
                Object element, long timestamp, TimeWindow window, TriggerContext ctx) {
            return trigger.onElement(element, timestamp, window, ctx);
        }

        @Override
        public TriggerResult onProcessingTime(long time, TimeWindow window, TriggerContext ctx) {
            return trigger.onProcessingTime(time, window, ctx);
        }

        @Override
        public TriggerResult onEventTime(long time, TimeWindow window, TriggerContext ctx) {
            return trigger.onEventTime(time, window, ctx);
        }

        @Override
        public boolean canMerge() {
            return true;
        }

        @Override
        public void onMerge(TimeWindow window, OnMergeContext ctx) {
            if (window.maxTimestamp() > ctx.getCurrentWatermark()) {
                ctx.registerEventTimeTimer(window.maxTimestamp());
            }
        }

        @Override
        public void clear(TimeWindow window, TriggerContext ctx) {
            trigger.clear(window, ctx);
        }
    }

    /** How the gap of sessions is told, and what makes them fire. */
    enum SessionKind {
        SAME_GAP,
        GAP_OF_EACH_RECORD,
        OWN_TRIGGER
    }

    private static OperatorHarness.OneInput<Tuple2<String, Long>> sessions(
            Keys keys, SessionKind kind, long gap, long lateness) {
        return (in, sinks) -> {
            WindowedStream<Tuple2<String, Long>, ?, TimeWindow> windows =
                    keyed(in, keys)
                            .window(
                                    kind == SessionKind.GAP_OF_EACH_RECORD
                                            ? EventTimeSessionWindows.withDynamicGap(record -> gap)
                                            : EventTimeSessionWindows.withGap(
                                                    Duration.ofMillis(gap)))
                            .allowedLateness(Time.milliseconds(lateness))
                            .sideOutputLateData(LATE);
            if (kind == SessionKind.OWN_TRIGGER) {
                windows.trigger(new OwnMergingTrigger());
            }
            SingleOutputStreamOperator<String> results = windows.aggregate(new Joined());
            sinks.collect("out", results);
            sinks.collect("late", results.getSideOutput(LATE));
        };
    }

    @Property(tries = 500)
    void shouldGiveTheSessionsOfThePlainReferenceWhenRecordsAreLate(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 80) int records,
            @ForAll @LongRange(min = 1, max = 60) long gap,
            @ForAll boolean waitsForLate,
            @ForAll SessionKind kind,
            @ForAll Keys keys,
            @ForAll boolean interrupted,
            @ForAll Stores stores)
            throws Exception {
        Random random = new Random(seed);
        long lateness = waitsForLate ? random.nextInt(100) : 0;
        SessionReference reference = new SessionReference(gap, lateness);
        try (OperatorHarness harness =
                OperatorHarness.of(stores, TYPE, sessions(keys, kind, gap, lateness))) {
            agree(harness, reference, steps(seed, records), stores, interrupted, random);
        }
    }

    @Property(tries = 300)
    void shouldDropAllSessionsInTheEndWhenAnotherProgramAllowsAnotherLateness(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 80) int records,
            @ForAll @LongRange(min = 1, max = 60) long gap,
            @ForAll @LongRange(min = 0, max = 100) long former,
            @ForAll @LongRange(min = 0, max = 100) long lateness,
            @ForAll SessionKind kind,
            @ForAll Keys keys)
            throws Exception {
        Random random = new Random(seed);
        List<Step> steps = steps(seed, records);
        int changed = random.nextInt(steps.size() + 1);
        try (OperatorHarness harness =
                OperatorHarness.of(Stores.MANAGED, TYPE, sessions(keys, kind, gap, former))) {
            for (int i = 0; i < steps.size(); i++) {
                if (i == changed) {
                    harness.restart(TYPE, sessions(keys, kind, gap, lateness));
                }
                Step step = steps.get(i);
                if (step.key == null) {
                    harness.watermark(step.timestampMillis);
                } else {
                    harness.record(Tuple2.of(step.key, step.value), step.timestampMillis);
                }
            }
            harness.endOfInput();
            assertThat(harness.entries()).as("left behind").isEmpty();
        }
    }
}
