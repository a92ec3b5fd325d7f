package io.millrace.runtime.serializer;

import io.millrace.api.type.CompositeType;
import io.millrace.api.type.RecordTypeInfo;
import io.millrace.api.type.TypeField;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;

/**
 * Writes tuples, POJOs and records: whatever has named fields.
 *
 * <p>Format: a header byte, then the fields in the order of the description, each without a flag of
 * its own.
 *
 * <pre>
 *   bit 0  the value is null; nothing follows
 *   bit 1  a subclass: its name, then the value as that class's own serializer writes it
 *   bit 2  some fields are null: a mask follows, ceil(fields / 8) bytes, field 0 in bit 0 of the
 *          first; these fields are left out
 *   bit 3  reserved: the fields of an older class follow (state, not the wire)
 *   rest   0
 * </pre>
 */
final class CompositeSerializer<T> implements ValueSerializer<T> {
    static final int SUBCLASS = 2;
    static final int NULL_FIELDS = 4;

    private final Class<T> type;
    private final boolean isFinal;
    private final boolean isImmutable;
    private final FieldCodec[] fields;

    /** Makes an object from nothing, or null if {@link #fromValues} does. */
    private final MethodHandle fromNothing;

    /** Makes a Java record from an array of its components, or null. */
    private final MethodHandle fromValues;

    private final OwnSerializers subclasses;

    /**
     * @throws IllegalAccessException if the engine may not reach the constructor or a field
     */
    CompositeSerializer(
            CompositeType<T> description,
            List<ValueSerializer<?>> values,
            OwnSerializers subclasses)
            throws IllegalAccessException {
        this.type = description.getTypeClass();
        this.isFinal = Modifier.isFinal(type.getModifiers());
        this.isImmutable = description.isImmutable();
        this.subclasses = subclasses;
        List<TypeField> described = description.fields();
        this.fields = new FieldCodec[described.size()];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = FieldCodec.of(type, field(described.get(i).name()), values.get(i));
        }
        if (description instanceof RecordTypeInfo) {
            this.fromNothing = null;
            this.fromValues = recordConstructor(type);
        } else {
            this.fromNothing = constructor(type);
            this.fromValues = null;
        }
    }

    private Field field(String name) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            try {
                return c.getDeclaredField(name);
            } catch (NoSuchFieldException e) {
                // look above
            }
        }
        throw new IllegalStateException(type.getName() + " has no field " + name);
    }

    private static MethodHandles.Lookup lookupIn(Class<?> type) {
        try {
            return MethodHandles.privateLookupIn(type, MethodHandles.lookup());
        } catch (IllegalAccessException e) {
            return MethodHandles.publicLookup(); // a closed module: what is public must do
        }
    }

    private static MethodHandle constructor(Class<?> type) throws IllegalAccessException {
        try {
            return lookupIn(type)
                    .unreflectConstructor(type.getDeclaredConstructor())
                    .asType(MethodType.methodType(Object.class));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(type.getName() + " has lost its constructor", e);
        }
    }

    private static MethodHandle recordConstructor(Class<?> type) throws IllegalAccessException {
        try {
            Constructor<?> canonical =
                    type.getDeclaredConstructor(
                            Arrays.stream(type.getRecordComponents())
                                    .map(RecordComponent::getType)
                                    .toArray(Class<?>[]::new));
            return lookupIn(type)
                    .unreflectConstructor(canonical)
                    .asSpreader(Object[].class, canonical.getParameterCount())
                    .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(type.getName() + " has no canonical constructor", e);
        }
    }

    @Override
    public void write(T value, RecordOutput out) throws IOException {
        if (!isFinal && value.getClass() != type) {
            writeSubclass(value, out);
            return;
        }
        int start = out.length();
        out.write(0);
        for (FieldCodec field : fields) {
            if (!field.write(value, out)) {
                out.truncate(start);
                writeWithNulls(value, out);
                return;
            }
        }
    }

    private void writeSubclass(T value, RecordOutput out) throws IOException {
        T subclassValue = type.cast(value);
        out.write(SUBCLASS);
        subclasses.write(subclassValue, out);
    }

    private void writeWithNulls(T value, RecordOutput out) throws IOException {
        out.write(NULL_FIELDS);
        boolean[] isNull = new boolean[fields.length];
        for (int from = 0; from < fields.length; from += 8) {
            int mask = 0;
            for (int i = from; i < Math.min(from + 8, fields.length); i++) {
                isNull[i] = fields[i].isNull(value);
                mask |= isNull[i] ? 1 << (i - from) : 0;
            }
            out.write(mask);
        }
        for (int i = 0; i < fields.length; i++) {
            if (!isNull[i]) {
                fields[i].write(value, out);
            }
        }
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
        return read(in.readByte(), in);
    }

    @Override
    public T readNullable(RecordInput in) throws IOException {
        int header = in.readByte();
        return header == NULL ? null : read(header, in);
    }

    @SuppressWarnings("unchecked")
    private T read(int header, RecordInput in) throws IOException {
        try {
            if (header == 0) {
                if (fromValues != null) {
                    Object[] values = new Object[fields.length];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = fields[i].readValue(in);
                    }
                    return (T) (Object) fromValues.invokeExact(values);
                }
                Object value = (Object) fromNothing.invokeExact();
                for (FieldCodec field : fields) {
                    field.read(value, in);
                }
                return (T) value;
            }
            if (header == SUBCLASS) {
                return (T) subclasses.read(in, type);
            }
            if (header == NULL_FIELDS) {
                return readWithNulls(in);
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("The constructor of " + type.getName() + " failed", e);
        }
        throw new IOException(
                "A "
                        + type.getName()
                        + " begins with the byte "
                        + header
                        + ": the record is damaged, or a newer version wrote it");
    }

    @SuppressWarnings("unchecked")
    private T readWithNulls(RecordInput in) throws Throwable {
        int mask = in.take((fields.length + 7) / 8);
        byte[] bytes = in.bytes();
        Object[] values = fromValues == null ? null : new Object[fields.length];
        Object value = fromValues == null ? (Object) fromNothing.invokeExact() : null;
        for (int i = 0; i < fields.length; i++) {
            boolean isNull = (bytes[mask + i / 8] >> (i % 8) & 1) != 0;
            if (values != null) {
                values[i] = isNull ? null : fields[i].readValue(in);
            } else if (isNull) {
                fields[i].setNull(value);
            } else {
                fields[i].read(value, in);
            }
        }
        return (T) (values == null ? value : (Object) fromValues.invokeExact(values));
    }

    @Override
    @SuppressWarnings("unchecked")
    public T copy(T value) {
        if (isImmutable) {
            return value;
        }
        if (!isFinal && value.getClass() != type) {
            return subclasses.copy(value);
        }
        try {
            if (fromValues != null) {
                Object[] values = new Object[fields.length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = fields[i].copyValue(value);
                }
                return (T) (Object) fromValues.invokeExact(values);
            }
            Object copy = (Object) fromNothing.invokeExact();
            for (FieldCodec field : fields) {
                field.copy(value, copy);
            }
            return (T) copy;
        } catch (Throwable e) {
            throw FieldCodec.unexpected(e);
        }
    }

    @Override
    public boolean isImmutable() {
        return isImmutable;
    }
}
