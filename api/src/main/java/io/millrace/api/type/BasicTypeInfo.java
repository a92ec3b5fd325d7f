package io.millrace.api.type;

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
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * A type without parts that the engine has a hand-written serializer for: the boxed primitives,
 * text, big numbers, dates and the values of java.time.
 */
public final class BasicTypeInfo<T> extends TypeInformation<T> {
    private static final long serialVersionUID = 1L;

    private static final Map<Class<?>, BasicTypeInfo<?>> BY_CLASS = new LinkedHashMap<>();

    public static final BasicTypeInfo<String> STRING_TYPE_INFO = immutable(String.class);
    public static final BasicTypeInfo<Boolean> BOOLEAN_TYPE_INFO = immutable(Boolean.class);
    public static final BasicTypeInfo<Byte> BYTE_TYPE_INFO = immutable(Byte.class);
    public static final BasicTypeInfo<Short> SHORT_TYPE_INFO = immutable(Short.class);
    public static final BasicTypeInfo<Integer> INT_TYPE_INFO = immutable(Integer.class);
    public static final BasicTypeInfo<Long> LONG_TYPE_INFO = immutable(Long.class);
    public static final BasicTypeInfo<Float> FLOAT_TYPE_INFO = immutable(Float.class);
    public static final BasicTypeInfo<Double> DOUBLE_TYPE_INFO = immutable(Double.class);
    public static final BasicTypeInfo<Character> CHAR_TYPE_INFO = immutable(Character.class);
    public static final BasicTypeInfo<BigInteger> BIG_INT_TYPE_INFO = immutable(BigInteger.class);
    public static final BasicTypeInfo<BigDecimal> BIG_DEC_TYPE_INFO = immutable(BigDecimal.class);
    public static final BasicTypeInfo<UUID> UUID_TYPE_INFO = immutable(UUID.class);
    public static final BasicTypeInfo<Void> VOID_TYPE_INFO = immutable(Void.class);
    public static final BasicTypeInfo<Date> DATE_TYPE_INFO = mutable(Date.class);
    public static final BasicTypeInfo<java.sql.Date> SQL_DATE_TYPE_INFO =
            mutable(java.sql.Date.class);
    public static final BasicTypeInfo<java.sql.Time> SQL_TIME_TYPE_INFO =
            mutable(java.sql.Time.class);
    public static final BasicTypeInfo<java.sql.Timestamp> SQL_TIMESTAMP_TYPE_INFO =
            mutable(java.sql.Timestamp.class);
    public static final BasicTypeInfo<Instant> INSTANT_TYPE_INFO = immutable(Instant.class);
    public static final BasicTypeInfo<LocalDate> LOCAL_DATE_TYPE_INFO = immutable(LocalDate.class);
    public static final BasicTypeInfo<LocalTime> LOCAL_TIME_TYPE_INFO = immutable(LocalTime.class);
    public static final BasicTypeInfo<LocalDateTime> LOCAL_DATE_TIME_TYPE_INFO =
            immutable(LocalDateTime.class);
    public static final BasicTypeInfo<OffsetTime> OFFSET_TIME_TYPE_INFO =
            immutable(OffsetTime.class);
    public static final BasicTypeInfo<OffsetDateTime> OFFSET_DATE_TIME_TYPE_INFO =
            immutable(OffsetDateTime.class);
    public static final BasicTypeInfo<ZonedDateTime> ZONED_DATE_TIME_TYPE_INFO =
            immutable(ZonedDateTime.class);
    public static final BasicTypeInfo<ZoneOffset> ZONE_OFFSET_TYPE_INFO =
            immutable(ZoneOffset.class);
    public static final BasicTypeInfo<Duration> DURATION_TYPE_INFO = immutable(Duration.class);
    public static final BasicTypeInfo<Period> PERIOD_TYPE_INFO = immutable(Period.class);
    public static final BasicTypeInfo<Year> YEAR_TYPE_INFO = immutable(Year.class);
    public static final BasicTypeInfo<YearMonth> YEAR_MONTH_TYPE_INFO = immutable(YearMonth.class);
    public static final BasicTypeInfo<MonthDay> MONTH_DAY_TYPE_INFO = immutable(MonthDay.class);

    private final Class<T> type;
    private final boolean isImmutable;

    private BasicTypeInfo(Class<T> type, boolean isImmutable) {
        this.type = type;
        this.isImmutable = isImmutable;
    }

    private static <T> BasicTypeInfo<T> immutable(Class<T> type) {
        BasicTypeInfo<T> info = new BasicTypeInfo<>(type, true);
        BY_CLASS.put(type, info);
        return info;
    }

    private static <T> BasicTypeInfo<T> mutable(Class<T> type) {
        BasicTypeInfo<T> info = new BasicTypeInfo<>(type, false);
        BY_CLASS.put(type, info);
        return info;
    }

    /** The description of a basic class or primitive, or null if the class is not basic. */
    @SuppressWarnings("unchecked")
    public static <T> BasicTypeInfo<T> getInfoFor(Class<T> type) {
        Class<?> boxed = java.lang.invoke.MethodType.methodType(type).wrap().returnType();
        return (BasicTypeInfo<T>) BY_CLASS.get(boxed);
    }

    @Override
    public Class<T> getTypeClass() {
        return type;
    }

    @Override
    public boolean isImmutable() {
        return isImmutable;
    }

    @Override
    public String keyRefusal() {
        return type == Void.class ? "Void cannot be a key: its only value is null." : null;
    }

    private Object readResolve() {
        return BY_CLASS.get(type);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BasicTypeInfo<?> that && type == that.type;
    }

    @Override
    public int hashCode() {
        return type.getName().hashCode();
    }

    @Override
    public String toString() {
        return type.getPackageName().equals("java.sql") ? type.getName() : type.getSimpleName();
    }
}
