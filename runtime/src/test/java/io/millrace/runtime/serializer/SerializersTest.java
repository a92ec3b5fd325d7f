package io.millrace.runtime.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.SampleTypes.Event;
import io.millrace.runtime.serializer.SampleTypes.Holder;
import io.millrace.runtime.serializer.SampleTypes.Point;
import io.millrace.runtime.serializer.SampleTypes.Sealed;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.text.SimpleDateFormat;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SerializersTest {
    private static final JobClasses CLASSES =
            new JobClasses(SerializersTest.class.getClassLoader());

    public static class Chain {
        public Chain next;
        public int value;
    }

    private static <T> byte[] bytes(TypeInformation<T> type, T value) throws IOException {
        RecordOutput out = new RecordOutput(16);
        Serializers.compile(type, CLASSES).serialize(value, out);
        return java.util.Arrays.copyOf(out.bytes(), out.length());
    }

    private static <T> T value(TypeInformation<T> type, byte[] bytes) throws IOException {
        RecordInput in = new RecordInput();
        in.reset(bytes, 0, bytes.length);
        return Serializers.compile(type, CLASSES).deserialize(in);
    }

    private static <T> T throughBytes(TypeInformation<T> type, T value) throws IOException {
        return value(type, bytes(type, value));
    }

    @Test
    void shouldSpendOneHeaderByteOnTuple() throws IOException {
        TypeInformation<Tuple2<String, Integer>> type = Types.TUPLE(Types.STRING, Types.INT);

        assertThat(bytes(type, new Tuple2<>("word", 1)))
                .containsExactly(0, 8, 'w', 'o', 'r', 'd', 0, 0, 0, 1);
        assertThat(bytes(type, new Tuple2<>(null, 1))).containsExactly(4, 1, 0, 0, 0, 1);
        assertThat(bytes(type, null)).containsExactly(1);
    }

    @Test
    void shouldSpendOneTagByteOnCommonClassesWhenTypeIsUnknown() throws IOException {
        TypeInformation<Object> unknown = TypeInformation.of(Object.class);

        assertThat(bytes(unknown, "a")).containsExactly(8, 2, 'a');
        assertThat(bytes(unknown, new Tuple2<>("a", 1)))
                .containsExactly(66, 0, 8, 2, 'a', 12, 0, 0, 0, 1);
    }

    @Test
    void shouldReturnSameObjectWhenItIsImmutable() {
        TypeSerializer<Point> points =
                Serializers.compile(TypeInformation.of(Point.class), CLASSES);
        Point point = new Point(1, 2, SampleTypes.Colour.BLUE);

        assertThat(points.isImmutable()).isTrue();
        assertThat(points.copy(point)).isSameAs(point);
        assertThat(
                        Serializers.compile(
                                        new TypeHint<Holder<String>>() {}.getTypeInfo(), CLASSES)
                                .isImmutable())
                .isFalse();
    }

    @Test
    void shouldSayWhichPartsFallToKryoAndWhy() {
        assertThat(Serializers.describe(TypeInformation.of(Point.class))).isEqualTo("generated");
        assertThat(Serializers.describe(new TypeHint<Map<String, List<int[]>>>() {}.getTypeInfo()))
                .isEqualTo("generated");
        assertThat(Serializers.describe(Types.LIST(TypeInformation.of(Sealed.class))))
                .startsWith("Kryo: ")
                .contains("Sealed is no POJO");
        assertThat(Serializers.describe(TypeInformation.of(Tuple2.class)))
                .startsWith("tagged: ")
                .contains("TypeHint");
        assertThat(Serializers.genericParts(TypeInformation.of(Event.class))).isEmpty();
    }

    @Test
    void shouldCarryClassesOfTheJdkThatAreClosedToKryo() throws IOException {
        SimpleDateFormat format = new SimpleDateFormat("yyyy", Locale.ROOT);
        TreeMap<String, Integer> backwards = new TreeMap<>(Collections.reverseOrder());
        backwards.putAll(Map.of("a", 1, "b", 2));
        EnumMap<SampleTypes.Colour, String> enumMap = new EnumMap<>(SampleTypes.Colour.class);
        enumMap.put(SampleTypes.Colour.GREEN, "g");
        BitSet bits = new BitSet();
        bits.set(70);
        for (Object value :
                List.of(
                        UUID.randomUUID(),
                        InetAddress.getLoopbackAddress(),
                        URI.create("hdfs://nn/a"),
                        format,
                        Locale.GERMANY,
                        backwards,
                        enumMap,
                        bits,
                        new ConcurrentHashMap<>(Map.of("a", 1)),
                        Collections.unmodifiableList(new ArrayList<>(List.of("x"))),
                        Collections.unmodifiableSet(Collections.singleton("x")),
                        Collections.unmodifiableMap(new TreeMap<>(Map.of("x", 1))),
                        Collections.synchronizedList(new ArrayList<>(List.of("y"))),
                        List.of(1, 2, 3),
                        java.time.ZoneId.of("Asia/Tokyo"),
                        new EnumMap<>(SampleTypes.Colour.class))) {
            Object inGeneric = new Sealed("in", new ArrayList<>(List.of(value)));
            assertThat(throughBytes(TypeInformation.of(Object.class), value))
                    .as(value.getClass().getName())
                    .isEqualTo(value);
            assertThat(throughBytes(TypeInformation.of(Object.class), inGeneric))
                    .as("within Kryo: " + value.getClass().getName())
                    .isEqualTo(inGeneric);
            assertThat(
                            Serializers.compile(TypeInformation.of(Object.class), CLASSES)
                                    .copy(inGeneric))
                    .isEqualTo(inGeneric);
        }
        AtomicLong counter =
                (AtomicLong) throughBytes(TypeInformation.of(Object.class), new AtomicLong(7));
        assertThat(counter.get()).isEqualTo(7);
        Pattern pattern = throughBytes(TypeInformation.of(Pattern.class), Pattern.compile("a+"));
        assertThat(pattern.pattern()).isEqualTo("a+");
        Throwable error =
                throughBytes(
                        TypeInformation.of(Throwable.class),
                        new IllegalStateException("outer", new IOException("inner")));
        assertThat(error)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("outer")
                .hasCauseInstanceOf(IOException.class);
        PriorityQueue<Integer> queue =
                throughBytes(
                        new TypeHint<PriorityQueue<Integer>>() {}.getTypeInfo(),
                        new PriorityQueue<>(List.of(3, 1, 2)));
        assertThat(queue.poll()).isEqualTo(1);
    }

    @Test
    void shouldRefuseValueThatContainsItself() {
        Chain chain = new Chain();
        chain.next = chain;

        assertThatThrownBy(() -> bytes(TypeInformation.of(Chain.class), chain))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("contains itself");
        assertThatThrownBy(
                        () ->
                                Serializers.compile(TypeInformation.of(Chain.class), CLASSES)
                                        .copy(chain))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("contains itself");
    }

    @Test
    void shouldCarryNestedValuesOfSomeDepth() throws IOException {
        Chain chain = null;
        for (int i = 0; i < 400; i++) {
            Chain longer = new Chain();
            longer.next = chain;
            longer.value = i;
            chain = longer;
        }

        Chain read = throughBytes(TypeInformation.of(Chain.class), chain);

        int length = 0;
        for (Chain c = read; c != null; c = c.next) {
            length++;
        }
        assertThat(length).isEqualTo(400);
    }

    @Test
    void shouldNotAllocateForElementsThatCannotBeThere() {
        TypeInformation<List<Long>> type = Types.LIST(Types.LONG);

        assertThatThrownBy(() -> value(type, new byte[] {0, -1, -1, -1, -1, 7}))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("elements were announced");
        assertThatThrownBy(() -> value(Types.STRING, new byte[] {0, -1, -1, -1, -1, 7}))
                .isInstanceOf(EOFException.class);
    }

    /** Loads the sample classes once more, as a job's loader does with a job's classes. */
    private static final class JobLoader extends ClassLoader {
        JobLoader() {
            super(CLASSES.userClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (!name.startsWith(SampleTypes.class.getName())) {
                    return super.loadClass(name, resolve);
                }
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null) {
                    return loaded;
                }
                try (InputStream in =
                        CLASSES.userClassLoader()
                                .getResourceAsStream(name.replace('.', '/') + ".class")) {
                    byte[] bytes = in.readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        }
    }

    @Test
    void shouldUseClassesOfTheJobsLoader() throws Exception {
        JobLoader jobLoader = new JobLoader();
        Class<?> base = jobLoader.loadClass(Event.class.getName());
        Class<?> alarm = jobLoader.loadClass(SampleTypes.Alarm.class.getName());
        Class<?> sealed = jobLoader.loadClass(Sealed.class.getName());
        Object value = alarm.getConstructor().newInstance();
        base.getField("anything")
                .set(
                        value,
                        sealed.getConstructor(String.class, List.class)
                                .newInstance("in Kryo", List.of(1)));
        @SuppressWarnings("unchecked")
        TypeInformation<Object> type = (TypeInformation<Object>) TypeInformation.of(base);
        RecordOutput out = new RecordOutput(16);
        Serializers.compile(type, new JobClasses(jobLoader)).serialize(value, out);
        RecordInput in = new RecordInput();
        in.reset(out.bytes(), 0, out.length());

        Object read = Serializers.compile(type, new JobClasses(jobLoader)).deserialize(in);

        assertThat(read).isEqualTo(value).isNotSameAs(value).isInstanceOf(alarm);
        assertThat(base).isNotEqualTo(Event.class);
    }

    @Test
    void shouldNameClassThatLoaderDoesNotHave() throws IOException {
        byte[] bytes = bytes(TypeInformation.of(Object.class), new Chain());
        RecordInput in = new RecordInput();
        in.reset(bytes, 0, bytes.length);

        assertThatThrownBy(
                        () ->
                                Serializers.compile(
                                                TypeInformation.of(Object.class),
                                                new JobClasses(
                                                        ClassLoader.getPlatformClassLoader()))
                                        .deserialize(in))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(Chain.class.getName());
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void shouldNameTypeAndCureWhenValueDoesNotFit() {
        TypeInformation type = Types.TUPLE(Types.STRING, Types.LONG);

        assertThatThrownBy(() -> bytes(type, new Tuple2<>("a", 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Tuple2<String, Long>")
                .hasMessageContaining("returns(");
    }
}
