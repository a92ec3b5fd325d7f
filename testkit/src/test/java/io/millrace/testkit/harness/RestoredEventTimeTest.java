package io.millrace.testkit.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.function.Collector;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.OutputTag;
import io.millrace.api.function.ProcessWindowFunction;
import io.millrace.api.stream.DataStream;
import io.millrace.api.stream.SingleOutputStreamOperator;
import io.millrace.api.stream.WindowedStream;
import io.millrace.api.time.Time;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.api.window.SlidingEventTimeWindows;
import io.millrace.api.window.TimeWindow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Subtasks whose event time differs die and begin again with another parallelism and earlier
 * watermarks: what comes out is what a plain implementation gives that knows for each key how far
 * event time was.
 */
class RestoredEventTimeTest {
    private static final int SEEDS = 20;
    private static final int KEYS = 12;
    private static final TypeInformation<Tuple2<Integer, Long>> PAIRS =
            Types.TUPLE(Types.INT, Types.LONG);
    private static final OutputTag<Tuple2<Integer, Long>> LATE = new OutputTag<>("late", PAIRS);

    private static final class Sum
            extends ProcessWindowFunction<Tuple2<Integer, Long>, Long, Integer, TimeWindow> {
        private static final long serialVersionUID = 1L;

        @Override
        public void process(
                Integer key,
                Context context,
                Iterable<Tuple2<Integer, Long>> elements,
                Collector<Long> out) {
            long sum = 0;
            for (Tuple2<Integer, Long> element : elements) {
                sum += element.f1;
            }
            out.collect(sum);
        }
    }

    /** How the engine does it. */
    enum Way {
        PANES,
        GENERAL
    }

    private static TaskProgram windows(long size, long slide, long lateness, Way way) {
        return TaskProgram.of(
                        PAIRS,
                        (stream, outputs) -> {
                            WindowedStream<Tuple2<Integer, Long>, Integer, TimeWindow> windows =
                                    stream.keyBy(pair -> pair.f0)
                                            .window(
                                                    SlidingEventTimeWindows.of(
                                                            Time.milliseconds(size),
                                                            Time.milliseconds(slide)))
                                            .allowedLateness(Time.milliseconds(lateness))
                                            .sideOutputLateData(LATE);
                            SingleOutputStreamOperator<Long> results =
                                    way == Way.PANES
                                            ? windows.aggregate(new Total())
                                            : windows.process(new Sum());
                            outputs.collect("out", results);
                            outputs.collect("late", results.getSideOutput(LATE));
                        })
                .withMaxParallelism(16);
    }

    /** What windows must give, with event time by key. */
    private static final class Reference {
        private final long size;
        private final long slide;
        private final long lateness;
        private final long[] watermarks = new long[KEYS];
        private final Map<Integer, Map<Long, Long>> sums = new TreeMap<>();
        private final List<String> results = new ArrayList<>();
        private final List<String> late = new ArrayList<>();

        Reference(long size, long slide, long lateness) {
            this.size = size;
            this.slide = slide;
            this.lateness = lateness;
            Arrays.fill(watermarks, Long.MIN_VALUE);
        }

        void record(Tuple2<Integer, Long> record, long timestamp) {
            long watermark = watermarks[record.f0];
            boolean taken = false;
            for (long start = timestamp - Math.floorMod(timestamp, slide);
                    start > timestamp - size;
                    start -= slide) {
                long last = start + size - 1;
                if (last + lateness > watermark) {
                    taken = true;
                    long sum =
                            sums.computeIfAbsent(record.f0, k -> new TreeMap<>())
                                    .merge(start, record.f1, Long::sum);
                    if (last <= watermark) {
                        results.add(text(sum, last));
                    }
                }
            }
            if (!taken && timestamp + lateness <= watermark) {
                late.add(text(record, timestamp));
            }
        }

        void watermark(int key, long next) {
            sums.getOrDefault(key, Map.of())
                    .forEach(
                            (start, sum) -> {
                                long last = start + size - 1;
                                if (last > watermarks[key] && last <= next) {
                                    results.add(text(sum, last));
                                }
                            });
            watermarks[key] = Math.max(watermarks[key], next);
        }

        List<String> take(List<String> list) {
            List<String> taken = list.stream().sorted().toList();
            list.clear();
            return taken;
        }
    }

    private static String text(Object value, long timestamp) {
        return value + " @" + timestamp;
    }

    private static List<String> take(List<TaskHarness> tasks, String output) {
        return tasks.stream()
                .flatMap(task -> task.take(output).stream())
                .filter(StreamRecord.class::isInstance)
                .map(element -> (StreamRecord<?>) element)
                .map(record -> text(record.value(), record.timestamp()))
                .sorted()
                .toList();
    }

    private static TaskHarness ownerOf(List<TaskHarness> tasks, int key) {
        return tasks.stream()
                .filter(task -> task.owns(0, Tuple2.of(key, 0L)))
                .findFirst()
                .orElseThrow();
    }

    private static List<TaskHarness> start(
            TaskProgram program, int parallelism, TaskSnapshot from) {
        List<TaskHarness> tasks = new ArrayList<>();
        TaskProgram parallel = program.withParallelism(parallelism);
        for (int subtask = 0; subtask < parallelism; subtask++) {
            tasks.add(parallel.start(subtask, from));
        }
        return tasks;
    }

    @ParameterizedTest
    @EnumSource
    void shouldKnowHowFarEventTimeWasForEachKeyWhenTheParallelismChanges(Way way) {
        for (long seed = 0; seed < SEEDS; seed++) {
            compare(way, new Random(seed), "seed " + seed);
        }
    }

    private static void compare(Way way, Random random, String seed) {
        long size = 1 + random.nextInt(60);
        long slide = 1 + random.nextInt(40);
        long lateness = Math.max(0, random.nextInt(80) - 30);
        TaskProgram program = windows(size, slide, lateness, way);
        Reference reference = new Reference(size, slide, lateness);
        List<TaskHarness> tasks = start(program, 1 + random.nextInt(4), null);
        long time = 0;
        for (int i = 0; i < 120; i++) {
            time += random.nextInt(8);
            int what = random.nextInt(20);
            if (what == 0) {
                long id = i + 1;
                TaskSnapshot saved =
                        TaskSnapshot.of(tasks.stream().map(task -> task.snapshot(id)).toList());
                tasks.forEach(TaskHarness::kill);
                tasks = start(program, 1 + random.nextInt(4), saved);
            } else if (what < 6) {
                // each subtask's own, and often an earlier one than before it died
                TaskHarness task = tasks.get(random.nextInt(tasks.size()));
                long watermark = time - random.nextInt(80);
                task.watermark(0, watermark);
                for (int key = 0; key < KEYS; key++) {
                    if (ownerOf(tasks, key) == task) {
                        reference.watermark(key, watermark);
                    }
                }
            } else {
                Tuple2<Integer, Long> record = Tuple2.of(random.nextInt(KEYS), (long) i);
                long timestamp = time - random.nextInt(120);
                ownerOf(tasks, record.f0).record(0, record, timestamp);
                reference.record(record, timestamp);
            }
            assertThat(take(tasks, "out"))
                    .as("%s, step %d", seed, i)
                    .isEqualTo(reference.take(reference.results));
            assertThat(take(tasks, "late"))
                    .as("%s, step %d", seed, i)
                    .isEqualTo(reference.take(reference.late));
        }
        tasks.forEach(TaskHarness::endInput);
        for (int key = 0; key < KEYS; key++) {
            reference.watermark(key, Long.MAX_VALUE);
        }
        assertThat(take(tasks, "out")).isEqualTo(reference.take(reference.results));
        tasks.forEach(TaskHarness::close);
    }

    /** Tells the watermark with each record. */
    private static final class Telling
            extends KeyedProcessFunction<Integer, Tuple2<Integer, Long>, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(
                Tuple2<Integer, Long> value, Context context, Collector<Long> out) {
            out.collect(context.timerService().currentWatermark());
        }
    }

    @Test
    void shouldTellFunctionsHowFarEventTimeWas() {
        Random random = new Random(1);
        TaskProgram program =
                TaskProgram.of(
                                PAIRS,
                                (stream, outputs) -> {
                                    DataStream<Long> told =
                                            stream.keyBy(pair -> pair.f0).process(new Telling());
                                    outputs.collect("out", told);
                                })
                        .withMaxParallelism(16);
        long[] watermarks = new long[KEYS];
        Arrays.fill(watermarks, Long.MIN_VALUE);
        List<TaskHarness> tasks = start(program, 3, null);
        for (int life = 1; life < 40; life++) {
            for (TaskHarness task : tasks) {
                long watermark = random.nextInt(1000);
                if (random.nextInt(3) > 0) {
                    task.watermark(0, watermark);
                    for (int key = 0; key < KEYS; key++) {
                        if (ownerOf(tasks, key) == task) {
                            watermarks[key] = Math.max(watermarks[key], watermark);
                        }
                    }
                }
            }
            for (int key = 0; key < KEYS; key++) {
                ownerOf(tasks, key).record(0, Tuple2.of(key, 0L), 5000);
                assertThat(take(tasks, "out")).containsExactly(text(watermarks[key], 5000));
            }
            long id = life;
            TaskSnapshot saved =
                    TaskSnapshot.of(tasks.stream().map(task -> task.snapshot(id)).toList());
            tasks.forEach(TaskHarness::kill);
            tasks = start(program, 1 + random.nextInt(4), saved);
        }
        tasks.forEach(TaskHarness::close);
    }
}
