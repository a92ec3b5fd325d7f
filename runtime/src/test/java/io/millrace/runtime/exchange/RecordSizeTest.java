package io.millrace.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

class RecordSizeTest {
    public static class Message {
        public long id;
        public String text;
        public byte[] picture;
        public List<String> receivers;
        public Map<String, long[]> counts;

        public Message() {}

        Message(String text) {
            this.text = text;
        }
    }

    public static class WithKryo {
        public BitSet bits = new BitSet();
    }

    public record Point(int x, int y, Optional<String> name, BigInteger weight) {}

    private int places;

    @SuppressWarnings("unchecked") // of the type's own values
    private ToIntFunction<Object> size(TypeInformation<?> type) {
        JobClasses classes = new JobClasses(RecordSizeTest.class.getClassLoader());
        return RecordSize.of(
                type,
                (TypeSerializer<Object>) Serializers.compile(type, classes),
                classes,
                "place " + ++places);
    }

    @Test
    void shouldCountTheCharactersOfATextAndTheElementsOfAnArray() {
        assertThat(size(Types.STRING).applyAsInt("x".repeat(1_000_000)))
                .isBetween(1_000_000, 1_000_200);
        assertThat(size(TypeInformation.of(long[].class)).applyAsInt(new long[100_000]))
                .isBetween(800_000, 800_100);
        assertThat(
                        size(TypeInformation.of(String[].class))
                                .applyAsInt(new String[] {"a".repeat(5000), null}))
                .isBetween(5_000, 5_200);
        assertThat(size(Types.LONG).applyAsInt(5L)).isBetween(8, 64);
    }

    @Test
    void shouldFindTheLargePartOfAPojoWhereverItIs() {
        Message plain = new Message("short");
        Message text = new Message("x".repeat(10_000));
        Message picture = new Message("short");
        picture.picture = new byte[20_000];
        Message receivers = new Message("short");
        receivers.receivers = new ArrayList<>(Collections.nCopies(100, "y".repeat(300)));
        Message counts = new Message("short");
        counts.counts = Map.of("a", new long[5_000]);
        ToIntFunction<Object> size = size(TypeInformation.of(Message.class));

        assertThat(size.applyAsInt(plain)).isBetween(50, 300);
        assertThat(size.applyAsInt(text)).isBetween(10_000, 10_300);
        assertThat(size.applyAsInt(picture)).isBetween(20_000, 20_300);
        assertThat(size.applyAsInt(receivers)).isBetween(30_000, 40_000);
        assertThat(size.applyAsInt(counts)).isBetween(40_000, 40_500);
        assertThat(size.applyAsInt(null)).isBetween(1, 64);
    }

    @Test
    void shouldMeasureTuplesAndRecords() {
        ToIntFunction<Object> pair = size(new TypeHint<Tuple2<String, Integer>>() {}.getTypeInfo());
        ToIntFunction<Object> point = size(TypeInformation.of(Point.class));

        assertThat(pair.applyAsInt(Tuple2.of("x".repeat(7_000), 1))).isBetween(7_000, 7_200);
        assertThat(pair.applyAsInt(Tuple2.of(null, 1))).isBetween(16, 100);
        assertThat(
                        point.applyAsInt(
                                new Point(
                                        1,
                                        2,
                                        Optional.of("n".repeat(3_000)),
                                        BigInteger.ONE.shiftLeft(8_000))))
                .isBetween(4_000, 4_400);
        assertThat(point.applyAsInt(new Point(1, 2, Optional.empty(), null))).isBetween(16, 150);
        assertThat(size(Types.BIG_DEC).applyAsInt(BigDecimal.TEN)).isBetween(16, 200);
    }

    @Test
    void shouldSampleWhatKryoSerializes() {
        ToIntFunction<Object> size = size(TypeInformation.of(WithKryo.class));
        WithKryo large = new WithKryo();
        large.bits.set(800_000);

        assertThat(size.applyAsInt(large)).isGreaterThan(50_000);
    }

    @Test
    void shouldTellNothingOfAValueThatIsNotOfTheDeclaredType() {
        assertThat(size(Types.STRING).applyAsInt(5)).isZero();
    }
}
