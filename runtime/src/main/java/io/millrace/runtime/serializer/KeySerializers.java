package io.millrace.runtime.serializer;

import io.millrace.api.tuple.Tuple;
import io.millrace.api.type.BasicTypeInfo;
import io.millrace.api.type.CollectionTypeInfo;
import io.millrace.api.type.CompositeType;
import io.millrace.api.type.EnumTypeInfo;
import io.millrace.api.type.GenericTypeInfo;
import io.millrace.api.type.ListTypeInfo;
import io.millrace.api.type.MapTypeInfo;
import io.millrace.api.type.ObjectArrayTypeInfo;
import io.millrace.api.type.OptionalTypeInfo;
import io.millrace.api.type.PrimitiveArrayTypeInfo;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeField;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.UnknownTypeInfo;
import io.millrace.runtime.generate.JobClasses;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Makes serializers whose bytes are the same for all values that are one key: for 0.0 and -0.0, for
 * all NaNs, for lists of any class, and for sets and maps in any order.
 *
 * <p>Format: that of {@link Serializers}, which reads it; of the forms a value can have, one is
 * chosen. Elements of sets and entries of maps come in the order of their bytes.
 *
 * <p>What Kryo writes, arrays, and the fields that a subclass adds are as they are. A POJO's own
 * {@code equals} is not asked: keys are one if all their fields are.
 */
public final class KeySerializers {
    private final SerializerCompiler compiler;
    private final OwnSerializers own;
    private final Map<Class<?>, ValueSerializer<Object>> subclasses = new HashMap<>();
    private final RecordOutput parts = new RecordOutput(64);

    private KeySerializers(JobClasses classes) {
        this.compiler = new SerializerCompiler(classes);
        this.own = new OwnSerializers(compiler, classes.userClassLoader());
    }

    /** A serializer of keys for one thread. */
    public static <T> TypeSerializer<T> compile(TypeInformation<T> type, JobClasses classes) {
        return isPlain(type)
                ? Serializers.compile(type, classes)
                : new CompiledSerializer<>(type, new KeySerializers(classes).of(type));
    }

    /** Whether a value of the type has one form only. */
    private static boolean isPlain(TypeInformation<?> type) {
        if (type instanceof BasicTypeInfo) {
            return type.getTypeClass() != Double.class && type.getTypeClass() != Float.class;
        }
        if (type instanceof CompositeType<?> composite) {
            return composite.fields().stream().allMatch(field -> isPlain(field.type()));
        }
        if (type instanceof OptionalTypeInfo<?> optional) {
            return isPlain(optional.getElementTypeInfo());
        }
        return type instanceof EnumTypeInfo
                || type instanceof GenericTypeInfo
                || type instanceof PrimitiveArrayTypeInfo
                || type instanceof ObjectArrayTypeInfo;
    }

    @SuppressWarnings("unchecked")
    private <T> ValueSerializer<T> of(TypeInformation<T> type) {
        if (isPlain(type)) {
            return compiler.compile(type);
        }
        return (ValueSerializer<T>) canonical(type);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // each serializer is one of its type
    private ValueSerializer<?> canonical(TypeInformation<?> type) {
        if (type.getTypeClass() == Double.class) {
            return new Canonical<Double>(
                    compiler.compile((TypeInformation<Double>) type), KeySerializers::canonical);
        }
        if (type.getTypeClass() == Float.class) {
            return new Canonical<Float>(
                    compiler.compile((TypeInformation<Float>) type), KeySerializers::canonical);
        }
        if (type instanceof ListTypeInfo<?> list) {
            return collection(list.getTypeClass(), of(list.getElementTypeInfo()));
        }
        if (type instanceof CollectionTypeInfo<?, ?> collection) {
            return collection(collection.getTypeClass(), of(collection.getElementTypeInfo()));
        }
        if (type instanceof MapTypeInfo<?, ?> map) {
            ValueSerializer<Object> keys = (ValueSerializer) of(map.getKeyTypeInfo());
            return new Canonical<Map>(
                    new MapSerializer<>(
                            map.getTypeClass(), keys, (ValueSerializer) of(map.getValueTypeInfo())),
                    value -> ordered((Map<Object, Object>) value, map.getTypeClass(), keys));
        }
        if (type instanceof OptionalTypeInfo<?> optional) {
            return new OptionalSerializer<>(of(optional.getElementTypeInfo()));
        }
        if (type instanceof CompositeType<?> composite) {
            return composite(composite);
        }
        if (type instanceof UnknownTypeInfo) {
            return new Canonical<Object>(
                    (ValueSerializer) new TaggedSerializer<>(type.getTypeClass(), own),
                    this::ofUnknownType);
        }
        throw new IllegalStateException("No canonical serializer for " + type.getClass());
    }

    private static Double canonical(Double value) {
        return Double.longBitsToDouble(Double.doubleToLongBits(value == 0.0 ? 0.0 : value));
    }

    private static Float canonical(Float value) {
        return Float.intBitsToFloat(Float.floatToIntBits(value == 0.0f ? 0.0f : value));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private ValueSerializer<?> collection(Class<?> declared, ValueSerializer<?> elements) {
        return new Canonical<Collection>(
                new CollectionSerializer(declared, elements),
                value -> ordered((Collection<Object>) value, declared, (ValueSerializer) elements));
    }

    /** The elements in the one class that stands for all, and sets in the one order. */
    private Collection<Object> ordered(
            Collection<Object> value, Class<?> declared, ValueSerializer<Object> elements)
            throws IOException {
        if (SortedSet.class.isAssignableFrom(declared)) {
            return new TreeSet<>(value); // in the one order that it comes back in
        }
        if (value instanceof Set) {
            // a HashSet would forget the order; a LinkedHashSet is one, too
            return new LinkedHashSet<>(inOrder(value, elements));
        }
        return declared == LinkedList.class ? new LinkedList<>(value) : new ArrayList<>(value);
    }

    private Map<Object, Object> ordered(
            Map<Object, Object> value, Class<?> declared, ValueSerializer<Object> keys)
            throws IOException {
        if (SortedMap.class.isAssignableFrom(declared)) {
            return new TreeMap<>(value);
        }
        Map<Object, Object> ordered = new LinkedHashMap<>();
        for (Object key : inOrder(value.keySet(), keys)) {
            ordered.put(key, value.get(key));
        }
        return ordered;
    }

    private List<Object> inOrder(Collection<Object> values, ValueSerializer<Object> serializer)
            throws IOException {
        record Written(byte[] bytes, Object value) {}
        List<Written> written = new ArrayList<>();
        for (Object value : values) {
            int begin = parts.length();
            serializer.writeNullable(value, parts);
            written.add(
                    new Written(Arrays.copyOfRange(parts.bytes(), begin, parts.length()), value));
            parts.truncate(begin);
        }
        written.sort((a, b) -> Arrays.compareUnsigned(a.bytes(), b.bytes()));
        List<Object> inOrder = new ArrayList<>();
        written.forEach(each -> inOrder.add(each.value()));
        return inOrder;
    }

    private ValueSerializer<?> composite(CompositeType<?> type) {
        List<ValueSerializer<?>> serializers = new ArrayList<>();
        for (TypeField field : type.fields()) {
            serializers.add(of(field.type()));
        }
        return new Composite<>(type, serializers);
    }

    /** The canonical form of a value that names its class itself. */
    private Object ofUnknownType(Object value) throws IOException {
        if (value instanceof Double number) {
            return canonical(number);
        }
        if (value instanceof Float number) {
            return canonical(number);
        }
        if (value instanceof Tuple tuple) {
            Tuple copy = tuple.copy();
            for (int i = 0; i < tuple.getArity(); i++) {
                Object field = tuple.getField(i);
                copy.setField(field == null ? null : ofUnknownType(field), i);
            }
            return copy;
        }
        if (value instanceof Collection || value instanceof Map || value instanceof Optional) {
            return ofUnknownParts(value);
        }
        TypeInformation<?> type = TypeExtractor.forClass(value.getClass());
        if (!isPlain(type)) {
            throw new IOException(
                    "A "
                            + value.getClass().getName()
                            + " is a key of unknown type and has fields of which one value has"
                            + " several forms (floating point numbers, sets, maps): name the key's"
                            + " type");
        }
        return value;
    }

    private Object ofUnknownParts(Object value) throws IOException {
        ValueSerializer<Object> tagged = new TaggedSerializer<>(Object.class, own);
        if (value instanceof Optional<?> optional) {
            return optional.isEmpty() ? optional : Optional.of(ofUnknownType(optional.get()));
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                copy.put(ofNullable(entry.getKey()), ofNullable(entry.getValue()));
            }
            return ordered(copy, Map.class, tagged);
        }
        List<Object> copy = new ArrayList<>();
        for (Object element : (Collection<?>) value) {
            copy.add(ofNullable(element));
        }
        return value instanceof Set ? new LinkedHashSet<>(inOrder(copy, tagged)) : copy;
    }

    private Object ofNullable(Object value) throws IOException {
        return value == null ? null : ofUnknownType(value);
    }

    /** The form that stands for a value. */
    @FunctionalInterface
    private interface Form<T> {
        T of(T value) throws IOException;
    }

    /** Writes the one form of each value. */
    private record Canonical<T>(ValueSerializer<T> serializer, Form<T> form)
            implements ValueSerializer<T> {
        @Override
        public void write(T value, RecordOutput out) throws IOException {
            serializer.write(form.of(value), out);
        }

        @Override
        public void writeNullable(T value, RecordOutput out) throws IOException {
            serializer.writeNullable(value == null ? null : form.of(value), out);
        }

        @Override
        public T read(RecordInput in) throws IOException {
            return serializer.read(in);
        }

        @Override
        public T readNullable(RecordInput in) throws IOException {
            return serializer.readNullable(in);
        }

        @Override
        public T copy(T value) {
            return serializer.copy(value);
        }

        @Override
        public boolean isImmutable() {
            return serializer.isImmutable();
        }
    }

    /** Writes fields as {@link CompositeSerializer} does, each in its one form. */
    private final class Composite<T> implements ValueSerializer<T> {
        private final Class<T> type;
        private final boolean isFinal;
        private final MethodHandle[] getters;
        private final ValueSerializer<Object>[] serializers;
        private final ValueSerializer<T> reader;

        @SuppressWarnings({"unchecked", "rawtypes"})
        Composite(CompositeType<T> description, List<ValueSerializer<?>> fields) {
            type = description.getTypeClass();
            isFinal = Modifier.isFinal(type.getModifiers());
            getters = new MethodHandle[fields.size()];
            for (int i = 0; i < getters.length; i++) {
                getters[i] = KeyHashers.getter(type, description.fields().get(i).name());
            }
            serializers = fields.toArray(new ValueSerializer[0]);
            // whatever the parts write, the ordinary serializer reads
            reader = compiler.compile(description);
        }

        @Override
        public void write(T value, RecordOutput out) throws IOException {
            if (!isFinal && value.getClass() != type) {
                writeSubclass(value, out);
                return;
            }
            Object[] values = new Object[getters.length];
            int nulls = 0;
            for (int i = 0; i < values.length; i++) {
                values[i] = KeyHashers.get(getters[i], value);
                nulls += values[i] == null ? 1 : 0;
            }
            out.write(nulls == 0 ? 0 : CompositeSerializer.NULL_FIELDS);
            for (int from = 0; nulls > 0 && from < values.length; from += 8) {
                int mask = 0;
                for (int i = from; i < Math.min(from + 8, values.length); i++) {
                    mask |= values[i] == null ? 1 << (i - from) : 0;
                }
                out.write(mask);
            }
            for (int i = 0; i < values.length; i++) {
                if (values[i] != null) {
                    serializers[i].write(values[i], out);
                }
            }
        }

        @SuppressWarnings({"unchecked", "rawtypes"})
        private void writeSubclass(T value, RecordOutput out) throws IOException {
            Class<?> actual = type.cast(value).getClass();
            ValueSerializer<Object> serializer = subclasses.get(actual);
            if (serializer == null) {
                serializer = (ValueSerializer) of(TypeExtractor.forClass(actual));
                subclasses.put(actual, serializer);
            }
            out.write(CompositeSerializer.SUBCLASS);
            out.writeString(actual.getName());
            serializer.write(value, out);
        }

        @Override
        public void writeNullable(T value, RecordOutput out) throws IOException {
            if (value == null) {
                out.write(NULL);
            } else {
                write(value, out);
            }
        }

        @Override
        public T read(RecordInput in) throws IOException {
            return reader.read(in);
        }

        @Override
        public T readNullable(RecordInput in) throws IOException {
            return reader.readNullable(in);
        }

        @Override
        public T copy(T value) {
            return reader.copy(value);
        }

        @Override
        public boolean isImmutable() {
            return reader.isImmutable();
        }
    }
}
