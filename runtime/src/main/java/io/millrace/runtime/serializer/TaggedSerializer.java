package io.millrace.runtime.serializer;

import io.millrace.api.type.BasicTypeInfo;
import io.millrace.api.type.CollectionTypeInfo;
import io.millrace.api.type.ListTypeInfo;
import io.millrace.api.type.MapTypeInfo;
import io.millrace.api.type.OptionalTypeInfo;
import io.millrace.api.type.TupleTypeInfo;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes values of which the plan knows nothing: each carries what it is.
 *
 * <p>Format: a tag, then the value as the serializer of its class writes it.
 *
 * <pre>
 *   0          null
 *   1          the name of a class, then the value
 *   2, 3, 4    a collection, a map, an optional, with tagged elements
 *   8 + i      basic type i of {@link #BASIC}, whose order is part of the format
 *   64 + n     a tuple of n tagged fields
 * </pre>
 */
final class TaggedSerializer<T> implements ValueSerializer<T> {
    private static final int TAG_NULL = 0;
    private static final int TAG_CLASS = 1;
    private static final int TAG_COLLECTION = 2;
    private static final int TAG_MAP = 3;
    private static final int TAG_OPTIONAL = 4;
    private static final int TAG_BASIC = 8;
    private static final int TAG_TUPLE = 64;

    /** Only ever appended to. */
    private static final List<Class<?>> BASIC =
            List.of(
                    String.class,
                    Boolean.class,
                    Byte.class,
                    Short.class,
                    Integer.class,
                    Long.class,
                    Float.class,
                    Double.class,
                    Character.class,
                    java.math.BigInteger.class,
                    java.math.BigDecimal.class,
                    java.util.UUID.class,
                    java.util.Date.class,
                    java.sql.Date.class,
                    java.sql.Time.class,
                    java.sql.Timestamp.class,
                    java.time.Instant.class,
                    java.time.LocalDate.class,
                    java.time.LocalTime.class,
                    java.time.LocalDateTime.class,
                    java.time.OffsetTime.class,
                    java.time.OffsetDateTime.class,
                    java.time.ZonedDateTime.class,
                    java.time.ZoneOffset.class,
                    java.time.Duration.class,
                    java.time.Period.class,
                    java.time.Year.class,
                    java.time.YearMonth.class,
                    java.time.MonthDay.class);

    /** How the values of one class are written. */
    private record Entry(int tag, ValueSerializer<Object> serializer) {}

    private final Class<T> bound;
    private final OwnSerializers own;
    private final Map<Class<?>, Entry> byClass = new HashMap<>();
    private final Entry[] byTag = new Entry[TAG_TUPLE + TupleTypeInfo.MAX_ARITY + 1];

    TaggedSerializer(Class<T> bound, OwnSerializers own) {
        this.bound = bound;
        this.own = own;
    }

    private Entry entryOf(Class<?> type) {
        Entry entry = byClass.get(type);
        if (entry == null) {
            int tag = own.forKeys() ? keyTagOf(type) : tagOf(TypeExtractor.forClass(type));
            entry = tag == TAG_CLASS ? new Entry(tag, null) : entryOf(tag);
            byClass.put(type, entry);
        }
        return entry;
    }

    /** As keys the JDK's sorted and concurrent collections are equal to its others. */
    private static int keyTagOf(Class<?> type) {
        if (type.getPackageName().startsWith("java.util")) {
            if (List.class.isAssignableFrom(type) || Set.class.isAssignableFrom(type)) {
                return TAG_COLLECTION;
            }
            if (Map.class.isAssignableFrom(type)) {
                return TAG_MAP;
            }
        }
        return tagOf(TypeExtractor.forClass(type));
    }

    private static int tagOf(TypeInformation<?> type) {
        if (type instanceof BasicTypeInfo) {
            int index = BASIC.indexOf(type.getTypeClass());
            return index < 0 ? TAG_CLASS : TAG_BASIC + index;
        }
        if (type instanceof ListTypeInfo || type instanceof CollectionTypeInfo) {
            return TAG_COLLECTION;
        }
        if (type instanceof MapTypeInfo) {
            return TAG_MAP;
        }
        if (type instanceof OptionalTypeInfo) {
            return TAG_OPTIONAL;
        }
        int arity = TupleTypeInfo.arityOf(type.getTypeClass());
        return arity < 0 ? TAG_CLASS : TAG_TUPLE + arity;
    }

    /** Null for a tag that does not exist. */
    private Entry entryOf(int tag) {
        if (tag < 0 || tag >= byTag.length) {
            return null;
        }
        if (byTag[tag] == null) {
            Class<?> type = null;
            if (tag >= TAG_TUPLE) {
                type = TupleTypeInfo.classOf(tag - TAG_TUPLE);
            } else if (tag >= TAG_BASIC && tag - TAG_BASIC < BASIC.size()) {
                type = BASIC.get(tag - TAG_BASIC);
            } else if (tag == TAG_COLLECTION) {
                type = Collection.class;
            } else if (tag == TAG_MAP) {
                type = Map.class;
            } else if (tag == TAG_OPTIONAL) {
                type = Optional.class;
            }
            if (type != null) {
                byTag[tag] = new Entry(tag, own.of(type));
            }
        }
        return byTag[tag];
    }

    @Override
    public void write(T value, RecordOutput out) throws IOException {
        Entry entry = entryOf(bound.cast(value).getClass());
        out.write(entry.tag());
        if (entry.tag() == TAG_CLASS) {
            own.write(value, out);
        } else {
            own.writeAs(entry.serializer(), value, out);
        }
    }

    @Override
    public void writeNullable(T value, RecordOutput out) throws IOException {
        if (value == null) {
            out.write(TAG_NULL);
        } else {
            write(value, out);
        }
    }

    @Override
    public T read(RecordInput in) throws IOException {
        T value = readNullable(in);
        if (value == null) {
            throw new IOException("A value is null where none can be: the record is damaged");
        }
        return value;
    }

    @Override
    @SuppressWarnings("unchecked")
    public T readNullable(RecordInput in) throws IOException {
        int tag = in.readUnsignedByte();
        if (tag == TAG_NULL) {
            return null;
        }
        if (tag == TAG_CLASS) {
            return (T) own.read(in, bound);
        }
        Entry entry = entryOf(tag);
        if (entry == null) {
            throw noSuchTag(tag);
        }
        Object value = own.readAs(entry.serializer(), in);
        if (!bound.isInstance(value)) {
            throw new IOException(
                    "A record holds a "
                            + value.getClass().getName()
                            + " where a "
                            + bound.getName()
                            + " belongs: it is damaged");
        }
        return (T) value;
    }

    @Override
    public void skip(RecordInput in) throws IOException {
        int tag = in.readUnsignedByte();
        if (tag == TAG_CLASS) {
            own.skip(in, bound);
            return;
        }
        Entry entry = entryOf(tag);
        if (entry == null) {
            throw noSuchTag(tag);
        }
        own.skipAs(entry.serializer(), in);
    }

    @Override
    public void skipNullable(RecordInput in) throws IOException {
        if (in.peekByte() == TAG_NULL) {
            in.readByte();
        } else {
            skip(in);
        }
    }

    private static IOException noSuchTag(int tag) {
        return new IOException("There is no type with tag " + tag + ": the record is damaged");
    }

    @Override
    public T copy(T value) {
        return own.copy(value);
    }

    @Override
    public boolean isImmutable() {
        return false;
    }
}
