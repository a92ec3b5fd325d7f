package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.ParameterTool;
import io.millrace.api.RuntimeExecutionMode;
import io.millrace.api.function.Collector;
import io.millrace.api.function.OpenContext;
import io.millrace.api.function.RichFlatMapFunction;
import io.millrace.api.function.SinkFunction;
import io.millrace.api.tuple.Tuple2;
import io.millrace.runtime.graph.CapturedProgram;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What programs expect of functions and values, from the API down to the subtasks. */
class UserProgramTest {
    private static final Queue<Object> SEEN = new ConcurrentLinkedQueue<>();

    /** Remembers records; in the older form of a sink. */
    private static final class Remember<T> implements SinkFunction<T> {
        private static final long serialVersionUID = 1L;

        @Override
        public void invoke(T value) {
            SEEN.add(value);
        }
    }

    /** A POJO that does not say that it is serializable. */
    public static class Person {
        public String name;
        public int age;

        public Person() {}

        Person(String name, int age) {
            this.name = name;
            this.age = age;
        }
    }

    /** Splits lines at the text of a parameter. */
    private static final class Split extends RichFlatMapFunction<String, Tuple2<String, Integer>> {
        private static final long serialVersionUID = 1L;

        private transient String separator;

        @Override
        public void open(OpenContext context) {
            ParameterTool parameters =
                    (ParameterTool)
                            getRuntimeContext().getExecutionConfig().getGlobalJobParameters();
            separator = parameters.getRequired("separator");
        }

        @Override
        public void flatMap(String line, Collector<Tuple2<String, Integer>> out) {
            for (String word : line.split(separator, -1)) {
                out.collect(Tuple2.of(word, 1));
            }
        }
    }

    @BeforeEach
    void forget() {
        SEEN.clear();
    }

    @Test
    void shouldGiveFunctionsTheParametersOfTheProgram() throws Exception {
        run(
                env -> {
                    env.setRuntimeMode(RuntimeExecutionMode.BATCH);
                    env.getConfig()
                            .setGlobalJobParameters(
                                    ParameterTool.fromArgs(new String[] {"--separator", ", "}));
                    env.fromElements("a, b", "b, c")
                            .flatMap(new Split())
                            .keyBy(0)
                            .sum(1)
                            .addSink(new Remember<>());
                });
        assertThat(List.copyOf(SEEN))
                .containsExactlyInAnyOrder(Tuple2.of("a", 1), Tuple2.of("b", 2), Tuple2.of("c", 1));
    }

    @Test
    void shouldReadValuesThatAreNotJavaSerializable() throws Exception {
        run(
                env ->
                        env.fromElements(new Person("Fred", 35), new Person("Pebbles", 2))
                                .filter(person -> person.age > 18)
                                .map(person -> person.name)
                                .addSink(new Remember<>()));
        assertThat(List.copyOf(SEEN)).containsExactly("Fred");
    }

    @Test
    void shouldAggregateWhatTheCompilerErased() throws Exception {
        run(
                env -> {
                    env.setRuntimeMode(RuntimeExecutionMode.BATCH);
                    env.fromSequence(1, 100)
                            .map(n -> Tuple2.of("k" + n % 3, n))
                            .keyBy(t -> t.f0)
                            .sum(1)
                            .addSink(new Remember<>());
                });
        assertThat(List.copyOf(SEEN))
                .containsExactlyInAnyOrder(
                        Tuple2.of("k0", 1683L), Tuple2.of("k1", 1717L), Tuple2.of("k2", 1650L));
    }

    private static void run(CapturedProgram.Program program) throws Exception {
        assertThat(new DirectRun(2, program).start().await().values())
                .allMatch(end -> end instanceof SubtaskEnd.Finished, "finished");
    }
}
