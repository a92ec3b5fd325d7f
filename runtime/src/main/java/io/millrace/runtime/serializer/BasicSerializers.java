package io.millrace.runtime.serializer;

import io.millrace.api.type.TypeExtractor;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * The serializers of the basic types; each is stateless.
 *
 * <p>Format: numbers big-endian at their full width; a boolean is one byte; text as {@link
 * RecordOutput#writeString}; big integers as a count and two's complement; dates and times as the
 * numbers of which they are made.
 */
final class BasicSerializers {
    private static final Map<Class<?>, ValueSerializer<?>> BY_CLASS = new HashMap<>();

    /** Text, apart from the others because it is everywhere. */
    private static final class StringSerializer implements ValueSerializer<String> {
        @Override
        public void write(String value, RecordOutput out) {
            out.writeString(value);
        }

        @Override
        public String read(RecordInput in) throws IOException {
            return in.readString();
        }

        @Override
        public void skip(RecordInput in) throws IOException {
            in.skipString();
        }

        @Override
        public String copy(String value) {
            return value;
        }

        @Override
        public boolean isImmutable() {
            return true;
        }
    }

    private static final ValueSerializer<Double> DOUBLE_KEYS =
            new BasicSerializer<>(
                    Double.BYTES,
                    (v, out) -> {
                        int at = out.reserve(Double.BYTES);
                        RecordOutput.putCanonicalDouble(out.bytes(), at, v);
                    },
                    RecordInput::readDouble,
                    null);

    private static final ValueSerializer<Float> FLOAT_KEYS =
            new BasicSerializer<>(
                    Float.BYTES,
                    (v, out) -> {
                        int at = out.reserve(Float.BYTES);
                        RecordOutput.putCanonicalFloat(out.bytes(), at, v);
                    },
                    RecordInput::readFloat,
                    null);

    static {
        BY_CLASS.put(String.class, new StringSerializer());
        immutable(Boolean.class, 1, (v, out) -> out.writeBoolean(v), RecordInput::readBoolean);
        immutable(Byte.class, 1, (v, out) -> out.writeByte(v), RecordInput::readByte);
        immutable(Short.class, 2, (v, out) -> out.writeShort(v), RecordInput::readShort);
        immutable(Integer.class, 4, (v, out) -> out.writeInt(v), RecordInput::readInt);
        immutable(Long.class, 8, (v, out) -> out.writeLong(v), RecordInput::readLong);
        immutable(Float.class, 4, (v, out) -> out.writeFloat(v), RecordInput::readFloat);
        immutable(Double.class, 8, (v, out) -> out.writeDouble(v), RecordInput::readDouble);
        immutable(Character.class, 2, (v, out) -> out.writeChar(v), RecordInput::readChar);
        immutable(
                Void.class,
                1,
                (v, out) -> out.write(0),
                in -> {
                    throw new IOException("A Void that is not null: the record is damaged");
                });
        immutable(
                BigInteger.class,
                0,
                BasicSerializers::writeBigInteger,
                BasicSerializers::readBigInteger);
        immutable(
                BigDecimal.class,
                0,
                (v, out) -> {
                    out.writeInt(v.scale());
                    writeBigInteger(v.unscaledValue(), out);
                },
                in -> {
                    int scale = in.readInt();
                    return new BigDecimal(readBigInteger(in), scale);
                });
        immutable(
                UUID.class,
                16,
                (v, out) -> {
                    out.writeLong(v.getMostSignificantBits());
                    out.writeLong(v.getLeastSignificantBits());
                },
                in -> new UUID(in.readLong(), in.readLong()));
        mutable(
                Date.class,
                8,
                (v, out) -> out.writeLong(v.getTime()),
                in -> new Date(in.readLong()),
                v -> new Date(v.getTime()));
        mutable(
                java.sql.Date.class,
                8,
                (v, out) -> out.writeLong(v.getTime()),
                in -> new java.sql.Date(in.readLong()),
                v -> new java.sql.Date(v.getTime()));
        mutable(
                java.sql.Time.class,
                8,
                (v, out) -> out.writeLong(v.getTime()),
                in -> new java.sql.Time(in.readLong()),
                v -> new java.sql.Time(v.getTime()));
        mutable(
                java.sql.Timestamp.class,
                12,
                (v, out) -> {
                    out.writeLong(v.getTime());
                    out.writeInt(v.getNanos());
                },
                in -> timestamp(in.readLong(), in.readInt()),
                v -> timestamp(v.getTime(), v.getNanos()));
        immutable(
                Instant.class,
                12,
                (v, out) -> {
                    out.writeLong(v.getEpochSecond());
                    out.writeInt(v.getNano());
                },
                in -> Instant.ofEpochSecond(in.readLong(), in.readInt()));
        immutable(
                Duration.class,
                12,
                (v, out) -> {
                    out.writeLong(v.getSeconds());
                    out.writeInt(v.getNano());
                },
                in -> Duration.ofSeconds(in.readLong(), in.readInt()));
        immutable(
                Period.class,
                12,
                (v, out) -> {
                    out.writeInt(v.getYears());
                    out.writeInt(v.getMonths());
                    out.writeInt(v.getDays());
                },
                in -> Period.of(in.readInt(), in.readInt(), in.readInt()));
        immutable(LocalDate.class, 6, BasicSerializers::writeDate, BasicSerializers::readDate);
        immutable(LocalTime.class, 8, BasicSerializers::writeTime, BasicSerializers::readTime);
        immutable(
                LocalDateTime.class,
                14,
                BasicSerializers::writeDateTime,
                BasicSerializers::readDateTime);
        immutable(
                ZoneOffset.class,
                4,
                (v, out) -> out.writeInt(v.getTotalSeconds()),
                in -> ZoneOffset.ofTotalSeconds(in.readInt()));
        immutable(
                OffsetTime.class,
                12,
                (v, out) -> {
                    writeTime(v.toLocalTime(), out);
                    out.writeInt(v.getOffset().getTotalSeconds());
                },
                in -> OffsetTime.of(readTime(in), ZoneOffset.ofTotalSeconds(in.readInt())));
        immutable(
                OffsetDateTime.class,
                18,
                (v, out) -> {
                    writeDateTime(v.toLocalDateTime(), out);
                    out.writeInt(v.getOffset().getTotalSeconds());
                },
                in -> OffsetDateTime.of(readDateTime(in), ZoneOffset.ofTotalSeconds(in.readInt())));
        immutable(
                ZonedDateTime.class,
                0,
                (v, out) -> {
                    writeDateTime(v.toLocalDateTime(), out);
                    out.writeInt(v.getOffset().getTotalSeconds());
                    out.writeString(v.getZone().getId());
                },
                // The offset tells which of two equal local times is meant when clocks go back.
                in ->
                        ZonedDateTime.ofInstant(
                                readDateTime(in),
                                ZoneOffset.ofTotalSeconds(in.readInt()),
                                ZoneId.of(in.readString())));
        immutable(
                Year.class, 4, (v, out) -> out.writeInt(v.getValue()), in -> Year.of(in.readInt()));
        immutable(
                YearMonth.class,
                5,
                (v, out) -> {
                    out.writeInt(v.getYear());
                    out.writeByte(v.getMonthValue());
                },
                in -> YearMonth.of(in.readInt(), in.readByte()));
        immutable(
                MonthDay.class,
                2,
                (v, out) -> {
                    out.writeByte(v.getMonthValue());
                    out.writeByte(v.getDayOfMonth());
                },
                in -> MonthDay.of(in.readByte(), in.readByte()));
    }

    private BasicSerializers() {}

    /**
     * @param bytes that each value takes, or 0 if they differ
     */
    private static <T> void immutable(
            Class<T> type,
            int bytes,
            BasicSerializer.Writer<T> writer,
            BasicSerializer.Reader<T> reader) {
        BY_CLASS.put(type, new BasicSerializer<>(bytes, writer, reader, null));
    }

    private static <T> void mutable(
            Class<T> type,
            int bytes,
            BasicSerializer.Writer<T> writer,
            BasicSerializer.Reader<T> reader,
            UnaryOperator<T> copier) {
        BY_CLASS.put(type, new BasicSerializer<>(bytes, writer, reader, copier));
    }

    @SuppressWarnings("unchecked")
    static <T> ValueSerializer<T> of(Class<T> type) {
        ValueSerializer<?> found = BY_CLASS.get(type);
        if (found == null) {
            throw new IllegalStateException("No serializer for the basic type " + type.getName());
        }
        return (ValueSerializer<T>) found;
    }

    /** The class that a {@link TypeShape.Basic} names, or null. */
    static Class<?> named(String name) {
        for (Class<?> type : BY_CLASS.keySet()) {
            if (TypeExtractor.forClass(type).toString().equals(name)) {
                return type;
            }
        }
        return null;
    }

    /** Keys have one zero and one NaN. */
    @SuppressWarnings("unchecked")
    static <T> ValueSerializer<T> keyOf(Class<T> type) {
        if (type == Double.class) {
            return (ValueSerializer<T>) DOUBLE_KEYS;
        }
        return type == Float.class ? (ValueSerializer<T>) FLOAT_KEYS : of(type);
    }

    private static void writeBigInteger(BigInteger v, RecordOutput out) {
        byte[] magnitude = v.toByteArray();
        out.writeVarInt(magnitude.length);
        out.write(magnitude);
    }

    private static BigInteger readBigInteger(RecordInput in) throws IOException {
        int count = in.readCount(1);
        return new BigInteger(in.bytes(), in.take(count), count);
    }

    private static java.sql.Timestamp timestamp(long millis, int nanos) {
        java.sql.Timestamp timestamp = new java.sql.Timestamp(millis);
        timestamp.setNanos(nanos);
        return timestamp;
    }

    private static void writeDate(LocalDate v, RecordOutput out) {
        out.writeInt(v.getYear());
        out.writeByte(v.getMonthValue());
        out.writeByte(v.getDayOfMonth());
    }

    private static LocalDate readDate(RecordInput in) throws IOException {
        return LocalDate.of(in.readInt(), in.readByte(), in.readByte());
    }

    private static void writeTime(LocalTime v, RecordOutput out) {
        out.writeLong(v.toNanoOfDay());
    }

    private static LocalTime readTime(RecordInput in) throws IOException {
        return LocalTime.ofNanoOfDay(in.readLong());
    }

    private static void writeDateTime(LocalDateTime v, RecordOutput out) {
        writeDate(v.toLocalDate(), out);
        writeTime(v.toLocalTime(), out);
    }

    private static LocalDateTime readDateTime(RecordInput in) throws IOException {
        return LocalDateTime.of(readDate(in), readTime(in));
    }
}
