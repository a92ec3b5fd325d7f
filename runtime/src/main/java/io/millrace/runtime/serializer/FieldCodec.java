package io.millrace.runtime.serializer;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Locale;

/**
 * Moves one field between a record and its bytes.
 *
 * <p>Shape: the common primitives have codecs of their own, so that they are not boxed.
 */
abstract sealed class FieldCodec {
    final MethodHandle getter;

    /** Null in the fields of Java records, which are set by their constructor. */
    final MethodHandle setter;

    private FieldCodec(MethodHandle getter, MethodHandle setter) {
        this.getter = getter;
        this.setter = setter;
    }

    /**
     * @throws IllegalAccessException if the engine may not reach the field
     */
    static FieldCodec of(Class<?> type, Field field, ValueSerializer<?> values)
            throws IllegalAccessException {
        Class<?> fieldType = field.getType();
        Class<?> carried =
                fieldType == int.class
                                || fieldType == long.class
                                || fieldType == double.class
                                || fieldType == boolean.class
                        ? fieldType
                        : Object.class;
        MethodHandle getter =
                getter(type, field).asType(MethodType.methodType(carried, Object.class));
        MethodHandle setter =
                Modifier.isFinal(field.getModifiers())
                        ? null
                        : setter(type, field)
                                .asType(MethodType.methodType(void.class, Object.class, carried));
        if (fieldType == int.class) {
            return new IntCodec(getter, setter);
        }
        if (fieldType == long.class) {
            return new LongCodec(getter, setter);
        }
        if (fieldType == double.class) {
            return new DoubleCodec(getter, setter);
        }
        if (fieldType == boolean.class) {
            return new BooleanCodec(getter, setter);
        }
        return new ReferenceCodec(getter, setter, values);
    }

    /** The field itself where the engine may reach it, else the public way to it. */
    private static MethodHandle getter(Class<?> type, Field field) throws IllegalAccessException {
        try {
            return lookupIn(field).unreflectGetter(field);
        } catch (IllegalAccessException closed) {
            String name = plain(field.getName());
            for (Method method : type.getMethods()) {
                String called = plain(method.getName());
                if (method.getParameterCount() == 0
                        && method.getReturnType() == field.getType()
                        && (called.equals("get" + name)
                                || called.equals("is" + name)
                                || called.equals(name))) {
                    return MethodHandles.publicLookup().unreflect(method);
                }
            }
            throw closed;
        }
    }

    private static MethodHandle setter(Class<?> type, Field field) throws IllegalAccessException {
        try {
            return lookupIn(field).unreflectSetter(field);
        } catch (IllegalAccessException closed) {
            String name = plain(field.getName());
            for (Method method : type.getMethods()) {
                if (method.getParameterCount() == 1
                        && method.getParameterTypes()[0] == field.getType()
                        && plain(method.getName()).equals("set" + name)) {
                    MethodHandle handle = MethodHandles.publicLookup().unreflect(method);
                    return handle.asType(handle.type().changeReturnType(void.class));
                }
            }
            throw closed;
        }
    }

    private static MethodHandles.Lookup lookupIn(Field field) throws IllegalAccessException {
        return Modifier.isPublic(field.getModifiers())
                        && Modifier.isPublic(field.getDeclaringClass().getModifiers())
                ? MethodHandles.publicLookup()
                : MethodHandles.privateLookupIn(field.getDeclaringClass(), MethodHandles.lookup());
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    /**
     * Writes the field's value.
     *
     * @return false, and nothing written, if it is null
     */
    abstract boolean write(Object record, RecordOutput out) throws IOException;

    abstract void read(Object record, RecordInput in) throws IOException;

    /** The value, for a constructor. */
    abstract Object readValue(RecordInput in) throws IOException;

    abstract void copy(Object from, Object to);

    /** A deep copy of the value, for a constructor. */
    abstract Object copyValue(Object from);

    void setNull(Object record) throws IOException {
        throw new IOException("A primitive field is said to be null: the record is damaged");
    }

    boolean isNull(Object record) {
        return false;
    }

    boolean isPrimitive() {
        return true;
    }

    static RuntimeException unexpected(Throwable thrown) {
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
        return new IllegalStateException(thrown);
    }

    private static final class IntCodec extends FieldCodec {
        IntCodec(MethodHandle getter, MethodHandle setter) {
            super(getter, setter);
        }

        private int get(Object record) {
            try {
                return (int) getter.invokeExact(record);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        private void set(Object record, int value) {
            try {
                setter.invokeExact(record, value);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        @Override
        boolean write(Object record, RecordOutput out) {
            out.writeInt(get(record));
            return true;
        }

        @Override
        void read(Object record, RecordInput in) throws IOException {
            set(record, in.readInt());
        }

        @Override
        Object readValue(RecordInput in) throws IOException {
            return in.readInt();
        }

        @Override
        void copy(Object from, Object to) {
            set(to, get(from));
        }

        @Override
        Object copyValue(Object from) {
            return get(from);
        }
    }

    private static final class LongCodec extends FieldCodec {
        LongCodec(MethodHandle getter, MethodHandle setter) {
            super(getter, setter);
        }

        private long get(Object record) {
            try {
                return (long) getter.invokeExact(record);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        private void set(Object record, long value) {
            try {
                setter.invokeExact(record, value);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        @Override
        boolean write(Object record, RecordOutput out) {
            out.writeLong(get(record));
            return true;
        }

        @Override
        void read(Object record, RecordInput in) throws IOException {
            set(record, in.readLong());
        }

        @Override
        Object readValue(RecordInput in) throws IOException {
            return in.readLong();
        }

        @Override
        void copy(Object from, Object to) {
            set(to, get(from));
        }

        @Override
        Object copyValue(Object from) {
            return get(from);
        }
    }

    private static final class DoubleCodec extends FieldCodec {
        DoubleCodec(MethodHandle getter, MethodHandle setter) {
            super(getter, setter);
        }

        private double get(Object record) {
            try {
                return (double) getter.invokeExact(record);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        private void set(Object record, double value) {
            try {
                setter.invokeExact(record, value);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        @Override
        boolean write(Object record, RecordOutput out) {
            out.writeDouble(get(record));
            return true;
        }

        @Override
        void read(Object record, RecordInput in) throws IOException {
            set(record, in.readDouble());
        }

        @Override
        Object readValue(RecordInput in) throws IOException {
            return in.readDouble();
        }

        @Override
        void copy(Object from, Object to) {
            set(to, get(from));
        }

        @Override
        Object copyValue(Object from) {
            return get(from);
        }
    }

    private static final class BooleanCodec extends FieldCodec {
        BooleanCodec(MethodHandle getter, MethodHandle setter) {
            super(getter, setter);
        }

        private boolean get(Object record) {
            try {
                return (boolean) getter.invokeExact(record);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        private void set(Object record, boolean value) {
            try {
                setter.invokeExact(record, value);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        @Override
        boolean write(Object record, RecordOutput out) {
            out.writeBoolean(get(record));
            return true;
        }

        @Override
        void read(Object record, RecordInput in) throws IOException {
            set(record, in.readBoolean());
        }

        @Override
        Object readValue(RecordInput in) throws IOException {
            return in.readBoolean();
        }

        @Override
        void copy(Object from, Object to) {
            set(to, get(from));
        }

        @Override
        Object copyValue(Object from) {
            return get(from);
        }
    }

    /** An object, or a primitive of the rarer kinds, boxed on the way. */
    private static final class ReferenceCodec extends FieldCodec {
        private final ValueSerializer<Object> values;
        private final boolean isImmutable;

        @SuppressWarnings("unchecked")
        ReferenceCodec(MethodHandle getter, MethodHandle setter, ValueSerializer<?> values) {
            super(getter, setter);
            this.values = (ValueSerializer<Object>) values;
            this.isImmutable = values.isImmutable();
        }

        private Object get(Object record) {
            try {
                return (Object) getter.invokeExact(record);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        private void set(Object record, Object value) {
            try {
                setter.invokeExact(record, value);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        @Override
        boolean write(Object record, RecordOutput out) throws IOException {
            Object value = get(record);
            if (value == null) {
                return false;
            }
            values.write(value, out);
            return true;
        }

        @Override
        void read(Object record, RecordInput in) throws IOException {
            set(record, values.read(in));
        }

        @Override
        Object readValue(RecordInput in) throws IOException {
            return values.read(in);
        }

        @Override
        void copy(Object from, Object to) {
            set(to, copyValue(from));
        }

        @Override
        Object copyValue(Object from) {
            Object value = get(from);
            return value == null || isImmutable ? value : values.copy(value);
        }

        @Override
        void setNull(Object record) {
            set(record, null);
        }

        @Override
        boolean isNull(Object record) {
            return get(record) == null;
        }

        @Override
        boolean isPrimitive() {
            return false;
        }
    }
}
