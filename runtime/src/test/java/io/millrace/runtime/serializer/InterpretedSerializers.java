package io.millrace.runtime.serializer;

import io.millrace.api.type.CompositeType;
import io.millrace.api.type.ListTypeInfo;
import io.millrace.api.type.MapTypeInfo;
import io.millrace.api.type.ObjectArrayTypeInfo;
import io.millrace.api.type.OptionalTypeInfo;
import io.millrace.api.type.TypeField;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.generate.JobClasses;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The formats of tuples, POJOs and records once more, by reflection: what generated code is to do.
 */
final class InterpretedSerializers {
    private final JobClasses classes;
    private final SerializerCompiler engine;
    private final OwnSerializers own;

    InterpretedSerializers(JobClasses classes) {
        this.classes = classes;
        this.engine = new SerializerCompiler(classes, Encoding.VALUE);
        this.own = new OwnSerializers(engine, classes.userClassLoader());
    }

    @SuppressWarnings("unchecked")
    ValueSerializer<Object> compile(TypeInformation<?> type) {
        return (ValueSerializer<Object>) serializerOf(type);
    }

    private ValueSerializer<?> serializerOf(TypeInformation<?> type) {
        if (type instanceof CompositeType<?> composite) {
            return new Composite(composite);
        }
        if (type instanceof ListTypeInfo<?> list) {
            return new CollectionSerializer<>(
                    list.getTypeClass(), compile(list.getElementTypeInfo()));
        }
        if (type instanceof MapTypeInfo<?, ?> map) {
            return new MapSerializer<>(
                    map.getTypeClass(),
                    compile(map.getKeyTypeInfo()),
                    compile(map.getValueTypeInfo()));
        }
        if (type instanceof OptionalTypeInfo<?> optional) {
            return new OptionalSerializer<>(compile(optional.getElementTypeInfo()));
        }
        if (type instanceof ObjectArrayTypeInfo<?, ?> array) {
            return new ObjectArraySerializer<>(
                    array.getTypeClass(), compile(array.getComponentInfo()), own);
        }
        return new SerializerCompiler(classes, Encoding.VALUE).compile(type);
    }

    private final class Composite implements FlaggedSerializer<Object> {
        private final Class<?> type;
        private final Field[] fields;
        private final List<ValueSerializer<Object>> values = new ArrayList<>();
        private final Constructor<?> constructor;

        Composite(CompositeType<?> description) {
            this.type = description.getTypeClass();
            this.fields = new Field[description.getArity()];
            for (int i = 0; i < fields.length; i++) {
                TypeField field = description.fields().get(i);
                fields[i] = field(field.name());
                fields[i].setAccessible(true);
                values.add(compile(field.type()));
            }
            try {
                this.constructor =
                        type.getDeclaredConstructor(
                                type.isRecord()
                                        ? Arrays.stream(type.getRecordComponents())
                                                .map(RecordComponent::getType)
                                                .toArray(Class<?>[]::new)
                                        : new Class<?>[0]);
                constructor.setAccessible(true);
            } catch (NoSuchMethodException e) {
                throw new AssertionError(e);
            }
        }

        private Field field(String name) {
            for (Class<?> c = type; c != null; c = c.getSuperclass()) {
                for (Field field : c.getDeclaredFields()) {
                    if (field.getName().equals(name)) {
                        return field;
                    }
                }
            }
            throw new AssertionError(type + " has no field " + name);
        }

        private Object[] valuesOf(Object record) {
            try {
                Object[] found = new Object[fields.length];
                for (int i = 0; i < found.length; i++) {
                    found[i] = fields[i].get(record);
                }
                return found;
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }

        private Object make(Object[] found) throws IOException {
            try {
                if (type.isRecord()) {
                    return constructor.newInstance(found);
                }
                Object record = constructor.newInstance();
                for (int i = 0; i < found.length; i++) {
                    fields[i].set(record, found[i]);
                }
                return record;
            } catch (ReflectiveOperationException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void write(Object value, RecordOutput out) throws IOException {
            if (value.getClass() != type) {
                out.write(OTHER_CLASS);
                own.write(value, out);
                return;
            }
            Object[] found = valuesOf(value);
            if (Arrays.asList(found).contains(null)) {
                out.write(NULL_PARTS);
                byte[] mask = new byte[(found.length + 7) / 8];
                for (int i = 0; i < found.length; i++) {
                    mask[i / 8] |= (byte) (found[i] == null ? 1 << (i % 8) : 0);
                }
                out.write(mask);
            } else {
                out.write(0);
            }
            for (int i = 0; i < found.length; i++) {
                if (found[i] != null) {
                    values.get(i).write(found[i], out);
                }
            }
        }

        @Override
        public Object read(int flags, RecordInput in) throws IOException {
            if (flags == OTHER_CLASS) {
                return own.read(in, type);
            }
            if (flags != 0 && flags != NULL_PARTS) {
                throw FlaggedSerializer.unknownFlags(type.getName(), flags);
            }
            byte[] mask = new byte[(fields.length + 7) / 8];
            if (flags == NULL_PARTS) {
                in.readFully(mask);
            }
            Object[] found = new Object[fields.length];
            for (int i = 0; i < found.length; i++) {
                if ((mask[i / 8] >> (i % 8) & 1) == 0) {
                    found[i] = values.get(i).read(in);
                } else if (fields[i].getType().isPrimitive()) {
                    throw FlaggedSerializer.nullPrimitive();
                }
            }
            return make(found);
        }

        @Override
        public void skip(int flags, RecordInput in) throws IOException {
            read(flags, in);
        }

        @Override
        public Object copy(Object value) {
            throw new AssertionError("not needed");
        }

        @Override
        public boolean isImmutable() {
            return false;
        }
    }
}
