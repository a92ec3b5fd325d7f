package io.millrace.runtime.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.function.DiscardingSink;
import io.millrace.api.function.SinkFunction;
import io.millrace.api.stream.DataStream;
import io.millrace.api.tuple.Tuple2;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Which edges copy, as the plan shows it. */
class ChainingTest {
    private static final String COPY = "chained, copied";
    private static final String REFERENCE = "chained, by reference";
    private static final String EDGE_COPY = "copied within a worker, else serialized";
    private static final String EDGE = "by reference within a worker, else serialized";

    /** Immutable, as all its parts are. */
    public record Reading(long sensor, String text) {}

    @Test
    void shouldCopyWhatCanChangeBetweenTwoFunctions() throws Exception {
        assertThat(handOvers(env -> pairs(env.fromSequence(1, 9)).filter(p -> p.f0 > 0).print()))
                .containsExactly(REFERENCE, COPY, REFERENCE);
        assertThat(
                        handOvers(
                                env -> {
                                    env.getConfig().enableObjectReuse();
                                    pairs(env.fromSequence(1, 9)).filter(p -> p.f0 > 0).print();
                                }))
                .containsExactly(REFERENCE, REFERENCE, REFERENCE);
    }

    @Test
    void shouldCopyNothingThatNobodyCanChange() throws Exception {
        assertThat(
                        handOvers(
                                env ->
                                        env.fromSequence(1, 9)
                                                .map(n -> new Reading(n, "n"))
                                                .returns(Reading.class)
                                                .filter(reading -> reading.sensor > 0)
                                                .keyBy(reading -> reading.sensor)
                                                .filter(reading -> reading.sensor > 1)
                                                .print()))
                .containsExactly(REFERENCE, REFERENCE, EDGE, REFERENCE);
    }

    @Test
    void shouldCopyForSinksOfTheUsersOnly() throws Exception {
        assertThat(handOvers(env -> pairs(env.fromSequence(1, 9)).addSink(new DiscardingSink<>())))
                .containsExactly(REFERENCE, REFERENCE);
        SinkFunction<Tuple2<Long, Long>> own = new DiscardingSink<>() {};
        assertThat(handOvers(env -> pairs(env.fromSequence(1, 9)).addSink(own)))
                .containsExactly(REFERENCE, COPY);
    }

    @Test
    void shouldCopyAtEdgesWhateverTheJobSays() throws Exception {
        assertThat(
                        handOvers(
                                env -> {
                                    env.getConfig().enableObjectReuse();
                                    pairs(env.fromSequence(1, 9))
                                            .keyBy(0)
                                            .sum(1)
                                            .filter(p -> p.f0 > 0)
                                            .print();
                                }))
                .containsExactly(REFERENCE, EDGE_COPY, REFERENCE, REFERENCE);
    }

    @Test
    void shouldCopyForEachOfSeveralReaders() throws Exception {
        assertThat(
                        handOvers(
                                env -> {
                                    DataStream<Tuple2<Long, Long>> pairs =
                                            env.fromElements(Tuple2.of(1L, 2L));
                                    pairs.filter(p -> p.f0 > 0).setParallelism(1).print();
                                    pairs.filter(p -> p.f1 > 0).setParallelism(1).print();
                                }))
                .containsSubsequence(COPY, COPY);
    }

    private static DataStream<Tuple2<Long, Long>> pairs(DataStream<Long> numbers) {
        return numbers.map(n -> Tuple2.of(n % 3, n));
    }

    /** Of the edges in the plan, in its order. */
    private static List<String> handOvers(CapturedProgram.Program program) throws Exception {
        String json = CapturedProgram.explained(4, program);
        return Pattern.compile("\"hand_over\" : \"([^\"]*)\"")
                .matcher(json)
                .results()
                .map(found -> found.group(1))
                .toList();
    }
}
