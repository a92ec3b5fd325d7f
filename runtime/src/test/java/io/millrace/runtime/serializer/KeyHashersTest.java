package io.millrace.runtime.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.SampleTypes.Colour;
import io.millrace.runtime.serializer.SampleTypes.Holder;
import io.millrace.runtime.serializer.SampleTypes.Point;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class KeyHashersTest {
    private static final JobClasses CLASSES = new JobClasses(KeyHashersTest.class.getClassLoader());

    /** Equal by its first field only. */
    public static class Account {
        public String number;
        public long balance;

        public Account() {}

        Account(String number, long balance) {
            this.number = number;
            this.balance = balance;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Account that && number.equals(that.number);
        }

        @Override
        public int hashCode() {
            return number.hashCode();
        }
    }

    static class ByIdentity {}

    private static int hash(Object key) {
        return KeyHashers.forType(TypeExtractor.forObject(key), CLASSES).hash(key);
    }

    private static int hashUnknown(Object key) {
        return KeyHashers.forType(TypeInformation.of(Object.class), CLASSES).hash(key);
    }

    private static List<Object> keys() {
        return List.of(
                "text",
                42,
                Long.MAX_VALUE,
                Colour.RED,
                Colour.GREEN,
                new Point(1, 2.5, Colour.BLUE),
                new Tuple2<>(Colour.GREEN, "a"),
                new Holder<Object>(Colour.RED, List.of(Colour.BLUE), true),
                List.of(Colour.RED, Colour.BLUE),
                Set.of(Colour.RED, Colour.BLUE, Colour.GREEN),
                Map.of(Colour.RED, 1, Colour.GREEN, 2),
                Optional.of(Colour.BLUE),
                new Account("a", 1));
    }

    private static String hashes() {
        StringBuilder text = new StringBuilder();
        for (Object key : keys()) {
            text.append(hash(key)).append(' ').append(hashUnknown(key)).append('\n');
        }
        return text.toString();
    }

    /** The other process: prints its hashes. */
    public static void main(String[] arguments) {
        System.out.print(hashes());
    }

    @Test
    void shouldGiveSameHashInAnotherProcess() throws IOException, InterruptedException {
        Process child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                // Identity hashes that surely differ from ours.
                                "-XX:+UnlockExperimentalVMOptions",
                                "-XX:hashCode=2",
                                "-cp",
                                System.getProperty("java.class.path"),
                                KeyHashersTest.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String printed = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).as(printed).isTrue();

        assertThat(printed).isEqualTo(hashes());
    }

    @Test
    void shouldGiveSameHashWhenEqualKeysLookDifferent() {
        assertThat(hash(0.0)).isEqualTo(hash(-0.0));
        assertThat(hash(Double.longBitsToDouble(0x7ff8000000000001L))).isEqualTo(hash(Double.NaN));
        assertThat(hash(new Tuple2<>("a", 0.0f))).isEqualTo(hash(new Tuple2<>("a", -0.0f)));
        assertThat(hash(new LinkedHashSet<>(List.of("a", "b", "c"))))
                .isEqualTo(hash(new LinkedHashSet<>(List.of("c", "b", "a"))));
        Map<String, Integer> one = new LinkedHashMap<>();
        one.put("a", 1);
        one.put("b", 2);
        Map<String, Integer> other = new LinkedHashMap<>();
        other.put("b", 2);
        other.put("a", 1);
        assertThat(hash(one)).isEqualTo(hash(other));
        assertThat(hash(new Account("a", 1))).isEqualTo(hash(new Account("a", 2)));
        assertThat(hash(new ArrayList<>(List.of(1, 2)))).isEqualTo(hash(List.of(1, 2)));
    }

    @Test
    void shouldHashNullAndNullFields() {
        assertThat(hashUnknown(null)).isZero();
        assertThat(hash(new Tuple2<>("a", null))).isNotEqualTo(hash(new Tuple2<>("a", "b")));
    }

    @Test
    void shouldRefuseKeysWithoutHashByValue() {
        assertThatThrownBy(() -> hashUnknown(new ByIdentity()))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining(ByIdentity.class.getName());
        assertThatThrownBy(() -> hashUnknown(new int[] {1}))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("by identity");
        assertThatThrownBy(() -> KeyHashers.forType(TypeInformation.of(byte[].class), CLASSES))
                .isInstanceOf(InvalidProgramException.class);
    }

    @Test
    void shouldHashATupleFieldByFieldTheSameForAllSubtasksOfAJob() {
        TypeInformation<Tuple2<Colour, Integer>> type =
                new TypeHint<Tuple2<Colour, Integer>>() {}.getTypeInfo();
        Colour colour = Colour.values()[1];
        int expected = 31 * colour.name().hashCode() + 7;

        assertThat(KeyHashers.forType(type, CLASSES).hash(Tuple2.of(colour, 7)))
                .isEqualTo(expected);
        assertThat(KeyHashers.forType(type, CLASSES).hash(Tuple2.of(colour, 7)))
                .isEqualTo(expected);
        assertThat(KeyHashers.forType(type, CLASSES).hash(Tuple2.of(null, 7))).isEqualTo(7);
    }
}
