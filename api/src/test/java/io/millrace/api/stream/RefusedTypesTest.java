package io.millrace.api.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.MapFunction;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Types that are refused when the program names them, with the operator, the part and the cure. */
class RefusedTypesTest {
    private final StreamExecutionEnvironment env =
            StreamExecutionEnvironment.createLocalEnvironment(1);

    /** Has a field that is none of a record's. */
    public static class Job {
        public String name;
        public Map<String, Thread> threads;
    }

    /** Has no equality. */
    public static class Plain {
        public int a;
    }

    /** Hides a field. */
    public static class Hiding {
        public int open;
        private int hidden;
    }

    /** Keeps what it has to itself. */
    public static final class Sealed {
        public final int a;

        public Sealed(int a) {
            this.a = a;
        }
    }

    private <T> DataStream<T> of(TypeInformation<T> type) {
        return env.fromSequence(1, 2).map(new Nothing<T>(), type).name("make");
    }

    private static final class Nothing<T> implements MapFunction<Long, T> {
        private static final long serialVersionUID = 1L;

        @Override
        public T map(Long value) {
            return null;
        }
    }

    private static void assertRefused(ThrowingCallable call, String... texts) {
        assertThatThrownBy(call)
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContainingAll(texts);
    }

    @Test
    void shouldRefuseHandlesOnSomethingOfTheProcess() {
        assertRefused(
                () -> of(TypeInformation.of(Thread.class)),
                "Operator 'Map' emits records of type Thread",
                "a java.lang.Thread is a handle",
                "Make it in open()");
        assertRefused(() -> of(TypeInformation.of(InputStream.class)), "java.io.InputStream");
        assertRefused(
                () -> of(TypeInformation.of(new TypeHint<Stream<String>>() {})),
                "java.util.stream.Stream");
        assertRefused(
                () -> env.fromElements(Thread.currentThread()), "Operator 'Collection Source'");
    }

    @Test
    void shouldNameThePartThatCannotBeWritten() {
        assertRefused(
                () -> of(TypeInformation.of(Job.class)),
                "records of type Job",
                "its part threads[value] is a java.lang.Thread",
                "Make the field transient");
        assertRefused(
                () -> of(TypeInformation.of(new TypeHint<Tuple2<Long, List<Thread>>>() {})),
                "its part f1[] is a java.lang.Thread");
    }

    @Test
    void shouldRefuseATypeThatComesWithReturns() {
        SingleOutputStreamOperator<Object> mapped =
                env.fromSequence(1, 2).map(v -> (Object) v).name("open");

        assertRefused(
                () -> mapped.returns(thread()), "Operator 'open' emits records of type Thread");
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // as a program with raw types would
    private static TypeInformation<Object> thread() {
        return (TypeInformation) TypeInformation.of(Thread.class);
    }

    @Test
    void shouldAcceptWhatOnlyLooksAsIfItCouldNotBeWritten() {
        assertThat(of(TypeInformation.of(Charset.class)).getType()).isNotNull();
        assertThat(of(TypeInformation.of(OwnList.class)).getType()).isNotNull();
        assertThat(of(TypeInformation.of(Object.class)).getType()).isNotNull();
    }

    /** A list that Java does not serialize, but Kryo can. */
    public static class OwnList extends AbstractList<String> {
        @Override
        public String get(int index) {
            return "";
        }

        @Override
        public int size() {
            return 0;
        }
    }

    @Test
    void shouldRefuseKeysWithoutEquality() {
        assertRefused(
                () -> of(Types.POJO(Plain.class)).rebalance().keyBy(v -> v),
                "keyBy after 'make' is not possible with keys of type Plain",
                "does not override equals and hashCode",
                "make it a record");
        assertRefused(
                () ->
                        of(Types.LONG)
                                .keyBy(
                                        new KeySelector<Long, Tuple2<Long, Plain>>() {
                                            @Override
                                            public Tuple2<Long, Plain> getKey(Long value) {
                                                return null;
                                            }
                                        }),
                "because of its field f1");
        assertRefused(
                () -> of(Types.LONG).keyBy(v -> new int[0], TypeInformation.of(int[].class)),
                "int[] cannot be a key");
    }

    @Test
    void shouldSayWhichRuleOfAPojoIsBroken() {
        assertRefused(
                () -> Types.POJO(Hiding.class),
                "Hiding is no POJO: its field hidden is not public and has no public getter and"
                        + " setter.",
                "make it a record");
        assertRefused(
                () -> Types.POJO(Sealed.class), "it has no public constructor without arguments");
    }

    @Test
    void shouldNameTheOperatorWhoseRecordsLackAField() {
        assertRefused(
                () -> of(TypeInformation.of(Hiding.class)).keyBy("hidden"),
                "keyBy(hidden) after 'make' is not possible",
                "Hiding is no POJO: its field hidden is not public");
        assertRefused(
                () -> of(Types.POJO(Plain.class)).keyBy("b"),
                "keyBy(b) after 'make' is not possible",
                "its fields are a");
        assertRefused(
                () -> of(Types.POJO(Plain.class)).keyBy(v -> v.a).sum("c"),
                "sum(c) after 'make' is not possible");
        assertRefused(
                () -> of(Types.POJO(Plain.class)).partitionCustom((Integer k, int n) -> 0, "c"),
                "partitionCustom(c) after 'make' is not possible");
    }
}
