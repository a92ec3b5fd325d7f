package io.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.Collector;
import io.millrace.api.function.FlatMapFunction;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.SinkFunction;
import io.millrace.api.function.SourceFunction;
import io.millrace.api.stream.DataStream;
import io.millrace.api.stream.SingleOutputStreamOperator;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.master.JobState;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Functions that keep and change what they were given and what they have emitted, as ported jobs
 * may.
 */
@Timeout(120)
class ObjectIdentityTest {
    private static final int RECORDS = 300;
    private static final Queue<String> DAMAGES = new ConcurrentLinkedQueue<>();
    private static final Queue<Long> SEEN = new ConcurrentLinkedQueue<>();

    /** A record that can change. */
    public static class Box {
        public long id;
        public long value;

        public Box() {}

        Box(long id, long value) {
            this.id = id;
            this.value = value;
        }
    }

    /** How the reader is put behind the writer. */
    private enum Way {
        CHAINED(1),
        LOCAL_EDGE(1),
        REMOTE_EDGE(2);

        private final int workers;

        Way(int workers) {
            this.workers = workers;
        }

        <T> SingleOutputStreamOperator<T> put(SingleOutputStreamOperator<T> reader) {
            return switch (this) {
                case CHAINED -> reader;
                case LOCAL_EDGE -> reader.disableChaining();
                case REMOTE_EDGE -> reader.slotSharingGroup("other");
            };
        }
    }

    /** Emits one object for each number, and changes it as soon as it is emitted, and again. */
    private static final class ChangesWhatItEmitted implements FlatMapFunction<Long, Box> {
        private static final long serialVersionUID = 1L;
        private transient Box last;

        @Override
        public void flatMap(Long number, Collector<Box> out) {
            if (last != null) {
                last.value = -2;
            }
            last = new Box(number, 10 * number);
            out.collect(last);
            last.value = -1;
        }
    }

    /** Emits one and the same object for each number. */
    private static final class ReusesOneObject implements MapFunction<Long, Box> {
        private static final long serialVersionUID = 1L;
        private transient Box box;

        @Override
        public Box map(Long number) {
            if (box == null) {
                box = new Box();
            }
            box.id = number;
            box.value = 10 * number;
            return box;
        }
    }

    /** Keeps all it has emitted, and sees whether somebody has changed it. */
    private static final class KeepsWhatItEmitted implements MapFunction<Long, Box> {
        private static final long serialVersionUID = 1L;
        private final List<Box> kept = new ArrayList<>();

        @Override
        public Box map(Long number) {
            for (Box box : kept) {
                if (box.value != 10 * box.id) {
                    DAMAGES.add("emitted " + box.id + ", became " + box.value);
                }
            }
            Box box = new Box(number, 10 * number);
            kept.add(box);
            return box;
        }
    }

    /** Changes what it is given, keeps it, and sees whether somebody else has changed it. */
    private static final class KeepsAndChangesItsInput implements MapFunction<Box, Box> {
        private static final long serialVersionUID = 1L;
        private final long add;
        private final List<Box> kept = new ArrayList<>();

        KeepsAndChangesItsInput(long add) {
            this.add = add;
        }

        @Override
        public Box map(Box box) {
            if (box.value != 10 * box.id) {
                DAMAGES.add("given " + box.id + " with " + box.value);
            }
            for (Box earlier : kept) {
                if (earlier.value != 10 * earlier.id + add) {
                    DAMAGES.add("kept " + earlier.id + ", became " + earlier.value);
                }
            }
            kept.add(box);
            box.value += add;
            return box;
        }
    }

    /** Changes its input as well, so that two functions behind each other do. */
    private static final class See implements SinkFunction<Box> {
        private static final long serialVersionUID = 1L;

        @Override
        public void invoke(Box box) {
            SEEN.add(box.value);
            box.value = -3;
        }
    }

    @BeforeEach
    void forget() {
        DAMAGES.clear();
        SEEN.clear();
    }

    static Stream<Arguments> waysOfIsolation() {
        return Stream.of(
                Arguments.of(Way.CHAINED, false),
                Arguments.of(Way.LOCAL_EDGE, false),
                Arguments.of(Way.REMOTE_EDGE, false),
                Arguments.of(Way.LOCAL_EDGE, true),
                Arguments.of(Way.REMOTE_EDGE, true));
    }

    @ParameterizedTest
    @MethodSource("waysOfIsolation")
    void shouldGiveEachFunctionItsOwnWhenTheWriterChangesWhatItEmitted(Way way, boolean objectReuse)
            throws Exception {
        run(
                way.workers,
                objectReuse,
                env ->
                        read(way, env, env.fromSequence(1, RECORDS).flatMap(changing()), 0)
                                .addSink(new See()));

        assertSeenUndamaged(0);
    }

    private static FlatMapFunction<Long, Box> changing() {
        return new ChangesWhatItEmitted();
    }

    @ParameterizedTest
    @MethodSource("waysOfIsolation")
    void shouldGiveEachFunctionItsOwnWhenTheWriterEmitsOneObjectAgainAndAgain(
            Way way, boolean objectReuse) throws Exception {
        run(
                way.workers,
                objectReuse,
                env ->
                        read(way, env, env.fromSequence(1, RECORDS).map(new ReusesOneObject()), 0)
                                .addSink(new See()));

        assertSeenUndamaged(0);
    }

    @ParameterizedTest
    @MethodSource("waysOfIsolation")
    void shouldGiveEachFunctionItsOwnWhenTheReaderChangesWhatItWasGiven(
            Way way, boolean objectReuse) throws Exception {
        run(
                way.workers,
                objectReuse,
                env ->
                        read(way, env, env.fromSequence(1, RECORDS).map(keeping()), 7)
                                .addSink(new See()));

        assertSeenUndamaged(7);
    }

    private static MapFunction<Long, Box> keeping() {
        return new KeepsWhatItEmitted();
    }

    /** The sink is behind an edge of its own, so that the option leaves it out of the test. */
    private static SingleOutputStreamOperator<Box> read(
            Way way, StreamExecutionEnvironment env, DataStream<Box> boxes, long add) {
        SingleOutputStreamOperator<Box> read = way.put(boxes.map(new KeepsAndChangesItsInput(add)));
        return env.getConfig().isObjectReuseEnabled()
                ? read.map(box -> new Box(box.id, box.value)).returns(Box.class)
                : read;
    }

    private static void assertSeenUndamaged(long add) {
        assertThat(DAMAGES).isEmpty();
        assertThat(SEEN)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, RECORDS).map(n -> 10 * n + add).boxed().toList());
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void shouldGiveEachOfSeveralReadersItsOwn(Way way) throws Exception {
        run(
                way.workers,
                false,
                env -> {
                    DataStream<Box> boxes = env.fromSequence(1, RECORDS).map(keeping());
                    way.put(boxes.map(new KeepsAndChangesItsInput(1))).addSink(new See());
                    boxes.map(new KeepsAndChangesItsInput(2)).addSink(new See());
                    boxes.map(new KeepsAndChangesItsInput(3)).addSink(new See());
                });

        assertThat(DAMAGES).isEmpty();
        assertThat(SEEN)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, RECORDS)
                                .flatMap(n -> LongStream.of(10 * n + 1, 10 * n + 2, 10 * n + 3))
                                .boxed()
                                .toList());
    }

    @Test
    void shouldWriteToAnEdgeBeforeAChainedFunctionChangesTheRecord() throws Exception {
        run(
                1,
                true,
                env -> {
                    DataStream<Box> boxes = env.fromSequence(1, RECORDS).map(changingNothing());
                    boxes.map(new KeepsAndChangesItsInput(5)).addSink(new DiscardBoxes());
                    boxes.map(new KeepsAndChangesItsInput(0)).disableChaining().addSink(new See());
                });

        assertSeenUndamaged(0);
    }

    private static MapFunction<Long, Box> changingNothing() {
        return number -> new Box(number, 10 * number);
    }

    private static final class DiscardBoxes implements SinkFunction<Box> {
        private static final long serialVersionUID = 1L;

        @Override
        public void invoke(Box box) {}
    }

    @Test
    void shouldHandOverTheVeryObjectWhereTheJobSaysSo() throws Exception {
        run(
                1,
                true,
                env ->
                        env.fromSequence(1, RECORDS)
                                .flatMap(changing())
                                .map(new KeepsAndChangesItsInput(0))
                                .addSink(new DiscardBoxes()));

        assertThat(DAMAGES).contains("kept 1, became -2");
    }

    /** Sums of one key so far are an operator's state, whatever is done to what it has emitted. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKeepTheSumWhenAFunctionBehindChangesIt(boolean objectReuse) throws Exception {
        run(
                1,
                objectReuse,
                env ->
                        env.fromSequence(1, RECORDS)
                                .map(n -> new Box(0, n))
                                .returns(Box.class)
                                .keyBy(box -> box.id)
                                .sum("value")
                                .addSink(new See()));

        assertThat(SEEN).containsExactlyElementsOf(runningSums());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKeepWhatAReduceFunctionMadeWhenItChangesItsFirstArgument(boolean objectReuse)
            throws Exception {
        run(
                1,
                objectReuse,
                env ->
                        env.fromSequence(1, RECORDS)
                                .map(n -> new Box(0, n))
                                .returns(Box.class)
                                .keyBy(box -> box.id)
                                .reduce(
                                        (sum, box) -> {
                                            sum.value += box.value;
                                            box.value = -4;
                                            return sum;
                                        })
                                .map(new KeepsSums())
                                .map(box -> new Box(box.id, box.value))
                                .returns(Box.class)
                                .addSink(new See()));

        assertThat(DAMAGES).isEmpty();
        assertThat(SEEN).containsExactlyElementsOf(runningSums());
    }

    private static List<Long> runningSums() {
        return LongStream.rangeClosed(1, RECORDS).map(n -> n * (n + 1) / 2).boxed().toList();
    }

    /** Keeps all results and sees whether they change. */
    private static final class KeepsSums implements MapFunction<Box, Box> {
        private static final long serialVersionUID = 1L;
        private final List<Box> kept = new ArrayList<>();

        @Override
        public Box map(Box sum) {
            for (int i = 0; i < kept.size(); i++) {
                if (kept.get(i).value != (i + 1L) * (i + 2L) / 2) {
                    DAMAGES.add("kept sum " + i + ", became " + kept.get(i).value);
                }
            }
            kept.add(sum);
            return sum;
        }
    }

    /** A source in the older form changes what it has emitted, on its own thread. */
    private static final class Boxes implements SourceFunction<Box> {
        private static final long serialVersionUID = 1L;

        @Override
        public void run(SourceContext<Box> ctx) {
            Box box = new Box();
            for (long n = 1; n <= RECORDS; n++) {
                box.id = n;
                box.value = 10 * n;
                ctx.collect(box);
                box.value = -1;
            }
        }

        @Override
        public void cancel() {}
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldGiveEachReaderOfASourceFunctionItsOwn(boolean objectReuse) throws Exception {
        run(
                1,
                objectReuse,
                env -> {
                    DataStream<Box> boxes = env.addSource(new Boxes()).returns(Box.class);
                    boxes.map(new KeepsAndChangesItsInput(0))
                            .map(box -> new Box(box.id, box.value))
                            .returns(Box.class)
                            .addSink(new See());
                    if (!objectReuse) {
                        boxes.map(new KeepsAndChangesItsInput(4)).addSink(new DiscardBoxes());
                    }
                });

        assertSeenUndamaged(0);
    }

    private static void run(int workers, boolean objectReuse, CapturedProgram.Program program)
            throws Exception {
        JobGraph graph =
                CapturedProgram.graph(
                        1,
                        env -> {
                            if (objectReuse) {
                                env.getConfig().enableObjectReuse();
                            }
                            program.build(env);
                        });
        assertThat(LocalJobs.run(workers, 1, graph).state()).isEqualTo(JobState.FINISHED);
    }
}
