package io.millrace.runtime.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.millrace.api.InvalidProgramException;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.tuple.Tuple3;
import io.millrace.api.type.CompositeType;
import io.millrace.api.type.TypeHint;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.SampleTypes.Alarm;
import io.millrace.runtime.serializer.SampleTypes.Colour;
import io.millrace.runtime.serializer.SampleTypes.Event;
import io.millrace.runtime.serializer.SampleTypes.Holder;
import io.millrace.runtime.serializer.SampleTypes.Point;
import io.millrace.runtime.serializer.SampleTypes.Sealed;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SerializersPropertyTest {
    private static final JobClasses CLASSES =
            new JobClasses(SerializersPropertyTest.class.getClassLoader());

    private static final ThreadMXBean ALLOCATIONS =
            (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** A type and how to make values of it, null among them. */
    private record Sample(TypeInformation<?> type, Function<Random, Object> values) {}

    /** A type up to {@code depth} levels deep. */
    private static Sample sample(Random random, int depth) {
        int kind = random.nextInt(depth > 0 ? 44 : 30);
        Sample bare =
                switch (kind) {
                    case 0, 1, 2 -> of(Types.STRING, SerializersPropertyTest::text);
                    case 3 -> of(Types.INT, Random::nextInt);
                    case 4 -> of(Types.LONG, Random::nextLong);
                    case 5 -> of(Types.DOUBLE, r -> Double.longBitsToDouble(r.nextLong()));
                    case 6 -> of(Types.FLOAT, r -> Float.intBitsToFloat(r.nextInt()));
                    case 7 -> of(Types.BOOLEAN, Random::nextBoolean);
                    case 8 -> of(Types.BYTE, r -> (byte) r.nextInt());
                    case 9 -> of(Types.SHORT, r -> (short) r.nextInt());
                    case 10 -> of(Types.CHAR, r -> (char) r.nextInt());
                    case 11 -> of(Types.BIG_INT, r -> new BigInteger(r.nextInt(200), r).negate());
                    case 12 ->
                            of(
                                    Types.BIG_DEC,
                                    r -> new BigDecimal(new BigInteger(99, r), r.nextInt()));
                    case 13 -> of(Types.INSTANT, SerializersPropertyTest::instant);
                    case 14 -> of(Types.LOCAL_DATE, r -> dateTime(r).toLocalDate());
                    case 15 -> of(Types.LOCAL_TIME, r -> dateTime(r).toLocalTime());
                    case 16 -> of(Types.LOCAL_DATE_TIME, SerializersPropertyTest::dateTime);
                    case 17 ->
                            of(
                                    Types.ZONED_DATE_TIME,
                                    r -> instant(r).atZone(ZoneId.of("Europe/Berlin")));
                    case 18 -> of(Types.OFFSET_DATE_TIME, r -> dateTime(r).atOffset(offset(r)));
                    case 19 -> of(Types.DURATION, r -> Duration.ofNanos(r.nextLong()));
                    case 20 -> of(Types.DATE, r -> new Date(r.nextLong()));
                    case 21 -> of(Types.SQL_TIMESTAMP, r -> java.sql.Timestamp.from(instant(r)));
                    case 22 ->
                            of(
                                    TypeInformation.of(UUID.class),
                                    r -> new UUID(r.nextLong(), r.nextLong()));
                    case 23 ->
                            of(
                                    TypeInformation.of(Period.class),
                                    r -> Period.of(r.nextInt(), r.nextInt(), r.nextInt()));
                    case 24 ->
                            of(
                                    new TypeHint<
                                            Tuple3<Year, YearMonth, MonthDay>>() {}.getTypeInfo(),
                                    r -> {
                                        LocalDate date = dateTime(r).toLocalDate();
                                        return new Tuple3<>(
                                                Year.from(date),
                                                YearMonth.from(date),
                                                MonthDay.from(date));
                                    });
                    case 25 ->
                            of(
                                    new TypeHint<Tuple2<OffsetTime, ZoneOffset>>() {}.getTypeInfo(),
                                    r ->
                                            new Tuple2<>(
                                                    LocalTime.ofNanoOfDay(r.nextInt(1 << 30))
                                                            .atOffset(offset(r)),
                                                    offset(r)));
                    case 26 -> of(Types.ENUM(Colour.class), SerializersPropertyTest::colour);
                    case 27 ->
                            of(
                                    TypeInformation.of(Point.class),
                                    r ->
                                            new Point(
                                                    r.nextInt(),
                                                    r.nextGaussian(),
                                                    maybe(r, colour(r))));
                    case 28 ->
                            of(
                                    TypeInformation.of(Sealed.class),
                                    r -> new Sealed(text(r), List.of(1, text(r))));
                    case 29 -> primitives(random);
                    case 30, 31 -> of(TypeInformation.of(Event.class), r -> event(r, 2));
                    case 32, 33 -> {
                        Sample element = sample(random, depth - 1);
                        yield of(
                                Types.LIST(element.type()),
                                r ->
                                        fill(
                                                r,
                                                r.nextBoolean()
                                                        ? new ArrayList<>()
                                                        : new LinkedList<>(),
                                                element));
                    }
                    case 34 -> {
                        Sample element = sample(random, depth - 1);
                        yield of(Types.SET(element.type()), r -> fill(r, new HashSet<>(), element));
                    }
                    case 35, 36 -> {
                        Sample key = sample(random, 0);
                        Sample value = sample(random, depth - 1);
                        yield of(
                                Types.MAP(key.type(), value.type()),
                                r -> {
                                    Map<Object, Object> map =
                                            r.nextBoolean()
                                                    ? new HashMap<>()
                                                    : new LinkedHashMap<>();
                                    for (int i = r.nextInt(5); i > 0; i--) {
                                        map.put(key.values().apply(r), value.values().apply(r));
                                    }
                                    return map;
                                });
                    }
                    case 37 -> {
                        Sample element = sample(random, depth - 1);
                        yield of(
                                Types.OPTIONAL(element.type()),
                                r -> Optional.ofNullable(element.values().apply(r)));
                    }
                    case 38, 39 -> {
                        Sample left = sample(random, depth - 1);
                        Sample right = sample(random, depth - 1);
                        yield of(
                                Types.TUPLE(left.type(), Types.INT, right.type()),
                                r ->
                                        new Tuple3<>(
                                                left.values().apply(r),
                                                maybe(r, r.nextInt()),
                                                right.values().apply(r)));
                    }
                    case 40 -> {
                        Sample element = sample(random, depth - 1);
                        yield of(
                                Types.OBJECT_ARRAY(element.type()),
                                r -> {
                                    Object[] array =
                                            (Object[])
                                                    Array.newInstance(
                                                            element.type().getTypeClass(),
                                                            r.nextInt(5));
                                    Arrays.setAll(array, i -> element.values().apply(r));
                                    return array;
                                });
                    }
                    default -> {
                        Sample inner = sample(random, depth - 1);
                        yield of(TypeInformation.of(Object.class), inner.values());
                    }
                };
        return new Sample(bare.type(), r -> r.nextInt(12) == 0 ? null : bare.values().apply(r));
    }

    private static Sample of(TypeInformation<?> type, Function<Random, Object> values) {
        return new Sample(type, values);
    }

    private static <T> T maybe(Random random, T value) {
        return random.nextInt(4) == 0 ? null : value;
    }

    private static java.util.Collection<Object> fill(
            Random random, java.util.Collection<Object> into, Sample element) {
        for (int i = random.nextInt(6); i > 0; i--) {
            into.add(element.values().apply(random));
        }
        return into;
    }

    /** Where the ways of keeping and writing characters change. */
    private static final char[] BORDERS = {
        0, 'a', 0x7f, 0x80, 0xff, 0x100, 0x7ff, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xffff
    };

    private static String text(Random random) {
        int limit =
                switch (random.nextInt(4)) {
                    case 0 -> 0x80;
                    case 1 -> 0x100;
                    case 2 -> 0x10000; // lone surrogates too
                    default -> 0;
                };
        int[] lengths = {0, 1, random.nextInt(40), 63, 64, 127, 128, random.nextInt(9000)};
        char[] chars = new char[lengths[Math.min(random.nextInt(40), lengths.length - 1)]];
        int borders = 2 + random.nextInt(BORDERS.length - 1);
        if (chars.length > 1000 && random.nextInt(10) > 0) {
            chars = new char[random.nextInt(40)];
        }
        for (int i = 0; i < chars.length; i++) {
            chars[i] = limit == 0 ? BORDERS[random.nextInt(borders)] : (char) random.nextInt(limit);
        }
        return new String(chars);
    }

    /** An array of primitives. */
    private static Sample primitives(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> of(TypeInformation.of(long[].class), r -> r.longs(r.nextInt(9)).toArray());
            case 1 -> of(TypeInformation.of(int[].class), r -> r.ints(r.nextInt(9)).toArray());
            case 2 ->
                    of(TypeInformation.of(double[].class), r -> r.doubles(r.nextInt(9)).toArray());
            case 3 -> of(TypeInformation.of(char[].class), r -> text(r).toCharArray());
            case 4 ->
                    of(
                            TypeInformation.of(byte[].class),
                            r -> text(r).getBytes(StandardCharsets.UTF_16));
            case 5 -> of(TypeInformation.of(short[].class), r -> shorts(text(r)));
            case 6 -> of(TypeInformation.of(float[].class), r -> floats(text(r)));
            default -> of(TypeInformation.of(boolean[].class), r -> booleans(text(r)));
        };
    }

    private static short[] shorts(String text) {
        short[] array = new short[text.length()];
        for (int i = 0; i < array.length; i++) {
            array[i] = (short) text.charAt(i);
        }
        return array;
    }

    private static float[] floats(String text) {
        float[] array = new float[text.length()];
        for (int i = 0; i < array.length; i++) {
            array[i] = text.charAt(i) - 100.5f;
        }
        return array;
    }

    private static boolean[] booleans(String text) {
        boolean[] array = new boolean[text.length()];
        for (int i = 0; i < array.length; i++) {
            array[i] = text.charAt(i) > 99;
        }
        return array;
    }

    private static Instant instant(Random random) {
        return Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
    }

    private static LocalDateTime dateTime(Random random) {
        return LocalDateTime.ofInstant(instant(random), ZoneOffset.UTC);
    }

    private static ZoneOffset offset(Random random) {
        return ZoneOffset.ofTotalSeconds(random.nextInt(36_000));
    }

    private static Colour colour(Random random) {
        return Colour.values()[random.nextInt(3)];
    }

    private static Event event(Random random, int depth) {
        Event event = new Event();
        if (random.nextBoolean()) {
            Alarm alarm = new Alarm();
            alarm.severity = maybe(random, text(random));
            event = alarm;
        }
        event.id = random.nextInt();
        event.time = random.nextLong();
        event.amount = random.nextGaussian();
        event.urgent = random.nextBoolean();
        event.small = (short) random.nextInt();
        event.letter = (char) random.nextInt();
        event.ratio = random.nextFloat();
        event.tiny = (byte) random.nextInt();
        event.setName(maybe(random, text(random)));
        event.colour = maybe(random, colour(random));
        event.at = maybe(random, instant(random));
        event.note = random.nextBoolean() ? Optional.of(text(random)) : Optional.empty();
        event.groups = maybe(random, new TreeMap<>(Map.of(text(random), List.of(1, 2))));
        event.ids = maybe(random, new TreeSet<>(Set.of(1L, random.nextLong())));
        event.counts = maybe(random, random.ints(random.nextInt(4)).toArray());
        event.words = maybe(random, new String[] {text(random), null});
        event.anything =
                switch (random.nextInt(6)) {
                    case 0 -> null;
                    case 1 -> new Tuple2<>(text(random), 1.5);
                    case 2 -> new Sealed(text(random), new ArrayList<>(List.of(colour(random))));
                    case 3 -> List.of(random.nextInt(), text(random));
                    case 4 -> new Holder<>(random.nextLong(), null, true);
                    default -> Map.of(colour(random), Optional.of(text(random)));
                };
        event.parent = depth > 0 ? maybe(random, event(random, depth - 1)) : null;
        return event;
    }

    private static void assertSame(Object actual, Object expected, String what) {
        assertThat(comparable(actual)).as(what).isEqualTo(comparable(expected));
        if (expected != null && !(expected instanceof List) && !(expected instanceof Map)) {
            assertThat(actual.getClass()).isEqualTo(expected.getClass());
        }
    }

    /** The same with arrays as lists, so that {@code equals} looks at their content. */
    private static Object comparable(Object value) {
        if (value instanceof Set<?> set) {
            Map<Object, Integer> counts = new HashMap<>();
            set.forEach(element -> counts.merge(comparable(element), 1, Integer::sum));
            return counts;
        }
        if (value instanceof List<?> list) {
            List<Object> plain = new ArrayList<>();
            list.forEach(element -> plain.add(comparable(element)));
            return plain;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Integer> counts = new HashMap<>();
            map.forEach(
                    (k, v) ->
                            counts.merge(
                                    Arrays.asList(comparable(k), comparable(v)), 1, Integer::sum));
            return counts;
        }
        if (value instanceof Optional<?> optional) {
            return optional.map(SerializersPropertyTest::comparable);
        }
        if (value instanceof Tuple3<?, ?, ?> tuple) {
            return Arrays.asList(comparable(tuple.f0), tuple.f1, comparable(tuple.f2));
        }
        if (value instanceof Object[] array) {
            return comparable(Arrays.asList(array));
        }
        if (value != null && value.getClass().isArray()) {
            List<Object> elements = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                elements.add(Array.get(value, i));
            }
            return elements;
        }
        return value;
    }

    @Property(tries = 3000)
    @SuppressWarnings("unchecked")
    void shouldGiveEqualValueBackFromBytesAndCopy(
            @ForAll long seed, @ForAll @IntRange(max = 3) int depth) throws IOException {
        Random random = new Random(seed);
        Sample sample = sample(random, depth);
        TypeSerializer<Object> serializer =
                (TypeSerializer<Object>) Serializers.compile(sample.type(), CLASSES);
        RecordOutput out = new RecordOutput(8);
        List<Object> written = new ArrayList<>();
        List<Integer> ends = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Object value = sample.values().apply(random);
            written.add(value);
            serializer.serialize(value, out);
            ends.add(out.length());
            assertSame(serializer.copy(value), value, "copy of " + sample.type());
        }

        // A reader that has seen nothing of the writer, as after a restart.
        TypeSerializer<Object> reader =
                (TypeSerializer<Object>) Serializers.compile(sample.type(), CLASSES);
        RecordInput in = new RecordInput();
        for (int i = 2; i >= 0; i--) {
            in.reset(out.bytes(), i == 0 ? 0 : ends.get(i - 1), ends.get(i));
            assertSame(reader.deserialize(in), written.get(i), "bytes of " + sample.type());
            assertThat(in.remaining()).isZero();
        }
    }

    @Property(tries = 2000)
    void shouldWriteAndReadWhatReflectionDoes(
            @ForAll long seed, @ForAll @IntRange(max = 3) int depth) throws IOException {
        Random random = new Random(seed);
        Sample sample = sample(random, depth);
        ValueSerializer<Object> generated = generated(sample.type(), Encoding.VALUE);
        ValueSerializer<Object> interpreted =
                new InterpretedSerializers(CLASSES).compile(sample.type());
        for (int i = 0; i < 3; i++) {
            Object value = sample.values().apply(random);
            RecordOutput out = new RecordOutput(1);
            generated.writeNullable(value, out);
            RecordOutput expected = new RecordOutput(1);
            interpreted.writeNullable(value, expected);
            byte[] bytes = Arrays.copyOf(out.bytes(), out.length());

            assertThat(bytes)
                    .as("bytes of " + sample.type())
                    .isEqualTo(Arrays.copyOf(expected.bytes(), expected.length()));
            assertSame(generated.readNullable(input(bytes)), value, "read " + sample.type());
            assertSame(interpreted.readNullable(input(bytes)), value, "read " + sample.type());
            RecordInput in = input(bytes);
            generated.skipNullable(in);
            assertThat(in.remaining()).as("skipped " + sample.type()).isZero();
        }
    }

    @Property(tries = 2000)
    void shouldReadEachFieldWithoutTheRecord(
            @ForAll long seed, @ForAll @IntRange(max = 3) int depth) throws IOException {
        Random random = new Random(seed);
        Sample sample = sample(random, depth);
        if (!(sample.type() instanceof CompositeType<?> type)) {
            return;
        }
        TypeSerializer<Object> serializer = compile(type);
        RecordOutput out = new RecordOutput(8);
        Object value;
        do {
            value = sample.values().apply(random);
        } while (value == null);
        serializer.serialize(value, out);
        byte[] bytes = Arrays.copyOf(out.bytes(), out.length());
        for (int i = 0; i < type.getArity(); i++) {
            String name = type.fields().get(i).name();
            FieldReader reader = Serializers.fieldReader(type, i, CLASSES);
            Object expected = fieldOf(value, name);
            String what = name + " of " + value;

            assertThat(comparable(reader.read(input(bytes))))
                    .as(what)
                    .isEqualTo(comparable(expected));
            Class<?> declared = type.getTypeAt(i).getTypeClass();
            if (expected != null && declared == Long.class) {
                assertThat(reader.readLong(input(bytes))).as(what).isEqualTo(expected);
            } else if (expected != null && declared == Integer.class) {
                assertThat(reader.readInt(input(bytes))).as(what).isEqualTo(expected);
                assertThat(reader.readLong(input(bytes))).isEqualTo((int) expected);
            } else if (expected != null && declared == Double.class) {
                assertThat(reader.readDouble(input(bytes))).as(what).isEqualTo(expected);
            } else if (declared != Float.class) {
                assertThatThrownBy(() -> reader.readDouble(input(bytes)))
                        .as(what)
                        .isInstanceOfAny(ClassCastException.class, IOException.class);
            }
            assertDamageIsSeen(random, bytes, reader);
        }
    }

    private static void assertDamageIsSeen(Random random, byte[] bytes, FieldReader reader) {
        byte[] damaged = bytes.clone();
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
        RecordInput in = new RecordInput();
        in.reset(damaged, 0, random.nextInt(damaged.length + 1));
        try {
            reader.read(in);
        } catch (IOException expected) {
            assertThat(expected).hasMessageMatching("(?s).+");
        }
    }

    private static Object fieldOf(Object record, String name) {
        for (Class<?> c = record.getClass(); c != null; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    try {
                        field.setAccessible(true);
                        return field.get(record);
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                }
            }
        }
        throw new AssertionError(record + " has no field " + name);
    }

    /** The same value, otherwise kept: other collections, other orders, other zeros and NaNs. */
    private static Object otherwise(Object value, Random random) {
        if (value instanceof List<?> list) {
            List<Object> other = new LinkedList<>();
            list.forEach(element -> other.add(otherwise(element, random)));
            return list instanceof LinkedList ? new ArrayList<>(other) : other;
        }
        if (value instanceof Set<?> set) {
            List<Object> elements = new ArrayList<>();
            set.forEach(element -> elements.add(otherwise(element, random)));
            Collections.shuffle(elements, random);
            return new LinkedHashSet<>(elements);
        }
        if (value instanceof Map<?, ?> map) {
            List<Object> keys = new ArrayList<>(map.keySet());
            Collections.shuffle(keys, random);
            Map<Object, Object> other = new LinkedHashMap<>();
            keys.forEach(key -> other.put(key, otherwise(map.get(key), random)));
            return other;
        }
        if (value instanceof Optional<?> optional) {
            return optional.map(inner -> otherwise(inner, random));
        }
        if (value instanceof Tuple3<?, ?, ?> tuple) {
            return new Tuple3<>(otherwise(tuple.f0, random), tuple.f1, otherwise(tuple.f2, random));
        }
        if (value instanceof String text) {
            return text.concat("x").substring(0, text.length());
        }
        if (value instanceof Double number) {
            return number.isNaN()
                    ? (Object) Double.longBitsToDouble(0x7ff8_0000_0000_0000L | random.nextInt(9))
                    : number == 0 ? (Object) (-number) : number;
        }
        if (value instanceof Float number) {
            return number.isNaN()
                    ? (Object) Float.intBitsToFloat(0x7fc0_0000 | random.nextInt(9))
                    : number == 0 ? (Object) (-number) : number;
        }
        return value;
    }

    private static byte[] keyBytes(TypeInformation<?> type, Object key) throws IOException {
        RecordOutput out = new RecordOutput(1);
        compileKey(type).serialize(key, out);
        return Arrays.copyOf(out.bytes(), out.length());
    }

    @SuppressWarnings("unchecked")
    private static TypeSerializer<Object> compileKey(TypeInformation<?> type) {
        return (TypeSerializer<Object>) Serializers.compileKey(type, CLASSES);
    }

    @SuppressWarnings("unchecked")
    private static TypeSerializer<Object> compile(TypeInformation<?> type) {
        return (TypeSerializer<Object>) Serializers.compile(type, CLASSES);
    }

    @Property(tries = 3000)
    void shouldGiveKeysEqualBytesWhenTheyAreEqual(
            @ForAll long seed, @ForAll @IntRange(max = 3) int depth) throws IOException {
        Random random = new Random(seed);
        Sample sample = sample(random, depth);
        if (!sample.type().isKeyType()) {
            return;
        }
        byte[] bytes;
        Object key = sample.values().apply(random);
        try {
            bytes = keyBytes(sample.type(), key);
        } catch (InvalidProgramException kryo) {
            assertThat(kryo).hasMessageContaining("cannot be told apart by their bytes");
            return;
        }

        Object same = otherwise(key, random);
        assertThat(keyBytes(sample.type(), same)).as(sample.type() + " " + key).isEqualTo(bytes);
        Object read = compileKey(sample.type()).deserialize(input(bytes));
        assertThat(keyBytes(sample.type(), read)).as("bytes of what was read").isEqualTo(bytes);
        for (int i = 0; i < 5; i++) {
            Object other = sample.values().apply(random);
            try {
                assertThat(Arrays.equals(keyBytes(sample.type(), other), bytes))
                        .as(sample.type() + ": " + key + " and " + other)
                        .isEqualTo(Objects.equals(comparable(key), comparable(other)));
            } catch (InvalidProgramException kryo) {
                assertThat(kryo).hasMessageContaining("cannot be told apart by their bytes");
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static ValueSerializer<Object> generated(TypeInformation<?> type, Encoding encoding) {
        return (ValueSerializer<Object>) new SerializerCompiler(CLASSES, encoding).compile(type);
    }

    private static RecordInput input(byte[] bytes) {
        RecordInput in = new RecordInput();
        in.reset(bytes, 0, bytes.length);
        return in;
    }

    @Property(tries = 3000)
    @SuppressWarnings("unchecked")
    void shouldEndInValueOrIOExceptionWhenBytesAreDamaged(
            @ForAll long seed, @ForAll @IntRange(max = 3) int depth) throws IOException {
        Random random = new Random(seed);
        Sample sample = sample(random, depth);
        TypeSerializer<Object> serializer =
                (TypeSerializer<Object>) Serializers.compile(sample.type(), CLASSES);
        RecordOutput out = new RecordOutput(8);
        serializer.serialize(sample.values().apply(random), out);
        RecordInput in = new RecordInput();
        for (int i = 0; i < 20; i++) {
            byte[] bytes;
            int end;
            if (random.nextBoolean()) {
                bytes = new byte[random.nextInt(300)];
                random.nextBytes(bytes);
                end = bytes.length;
            } else {
                bytes = Arrays.copyOf(out.bytes(), out.length());
                end = random.nextInt(4) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
                for (int flips = 1 + random.nextInt(3); flips > 0 && bytes.length > 0; flips--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            in.reset(bytes, 0, end);
            long allocated = ALLOCATIONS.getCurrentThreadAllocatedBytes();
            try {
                Object value = serializer.deserialize(in);
                if (value != null && !sample.type().getTypeClass().isInstance(value)) {
                    throw new AssertionError(value + " is no " + sample.type());
                }
            } catch (IOException expected) {
                assertThat(expected).hasMessageMatching("(?s).+");
            }
            // Much of it is for the classes of a type that is met for the first time.
            assertThat(ALLOCATIONS.getCurrentThreadAllocatedBytes() - allocated)
                    .as("bytes allocated for " + end)
                    .isLessThan(16 << 20);
        }
    }

    @Property(tries = 500)
    void shouldKeepCopyApartFromOriginal(@ForAll long seed) {
        Event event = event(new Random(seed), 1);
        event.groups = new HashMap<>(Map.of("a", new ArrayList<>(List.of(1))));
        event.counts = new int[] {1};
        event.anything = new ArrayList<>(List.of(new Tuple2<>("a", 1)));
        TypeSerializer<Event> serializer =
                Serializers.compile(TypeInformation.of(Event.class), CLASSES);

        Event copy = serializer.copy(event);
        event.groups.get("a").add(2);
        event.counts[0] = 2;
        @SuppressWarnings("unchecked")
        Tuple2<String, Integer> inner = ((List<Tuple2<String, Integer>>) event.anything).get(0);
        inner.f0 = "changed";

        assertThat(copy.groups.get("a")).containsExactly(1);
        assertThat(copy.counts).containsExactly(1);
        assertThat(copy.anything).isEqualTo(List.of(new Tuple2<>("a", 1)));
    }
}
