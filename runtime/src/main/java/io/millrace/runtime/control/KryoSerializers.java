package io.millrace.runtime.control;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the parts of messages become bytes. Kryo's own serializers take as much memory as a length in
 * the bytes says; these look first how many bytes are left.
 */
final class KryoSerializers {
    private static final int FIRST_CAPACITY = 64;

    private KryoSerializers() {}

    /** A length that may be true: each element takes a byte at least. */
    private static int readLength(Input input) {
        int length = input.readVarInt(true);
        int left = input.limit() - input.position();
        if (length < 0 || length > left) {
            throw new KryoException("a length of " + length + " with " + left + " bytes left");
        }
        return length;
    }

    private static void writeValue(Kryo kryo, Output output, Object value) {
        if (value instanceof List<?> list) {
            kryo.writeObject(output, list, kryo.writeClass(output, List.class).getSerializer());
        } else if (value instanceof Map<?, ?> map) {
            kryo.writeObject(output, map, kryo.writeClass(output, Map.class).getSerializer());
        } else {
            kryo.writeClassAndObject(output, value);
        }
    }

    static final class Text extends Serializer<String> {
        @Override
        public void write(Kryo kryo, Output output, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            output.writeVarInt(bytes.length, true);
            output.writeBytes(bytes);
        }

        @Override
        public String read(Kryo kryo, Input input, Class<? extends String> type) {
            return new String(input.readBytes(readLength(input)), StandardCharsets.UTF_8);
        }
    }

    static final class Bytes extends Serializer<byte[]> {
        @Override
        public void write(Kryo kryo, Output output, byte[] bytes) {
            output.writeVarInt(bytes.length, true);
            output.writeBytes(bytes);
        }

        @Override
        public byte[] read(Kryo kryo, Input input, Class<? extends byte[]> type) {
            return input.readBytes(readLength(input));
        }
    }

    static final class Lists extends Serializer<List<?>> {
        @Override
        public void write(Kryo kryo, Output output, List<?> list) {
            output.writeVarInt(list.size(), true);
            for (Object element : list) {
                writeValue(kryo, output, element);
            }
        }

        @Override
        public List<?> read(Kryo kryo, Input input, Class<? extends List<?>> type) {
            int size = readLength(input);
            List<Object> list = new ArrayList<>(Math.min(size, FIRST_CAPACITY));
            for (int i = 0; i < size; i++) {
                list.add(kryo.readClassAndObject(input));
            }
            return list;
        }
    }

    /** Maps of texts, in the order of their keys: equal maps give equal bytes. */
    static final class Maps extends Serializer<Map<String, ?>> {
        @Override
        public void write(Kryo kryo, Output output, Map<String, ?> map) {
            output.writeVarInt(map.size(), true);
            new TreeMap<>(map)
                    .forEach(
                            (key, value) -> {
                                writeValue(kryo, output, key);
                                writeValue(kryo, output, value);
                            });
        }

        @Override
        public Map<String, ?> read(Kryo kryo, Input input, Class<? extends Map<String, ?>> type) {
            int size = readLength(input);
            Map<String, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < size; i++) {
                map.put((String) kryo.readClassAndObject(input), kryo.readClassAndObject(input));
            }
            return map;
        }
    }

    static final class Enums extends Serializer<Object> {
        private final Object[] constants;

        Enums(Class<?> type) {
            this.constants = type.getEnumConstants();
        }

        @Override
        public void write(Kryo kryo, Output output, Object constant) {
            output.writeVarInt(((Enum<?>) constant).ordinal(), true);
        }

        @Override
        public Object read(Kryo kryo, Input input, Class<?> type) {
            int ordinal = input.readVarInt(true);
            if (ordinal < 0 || ordinal >= constants.length) {
                throw new KryoException("constant " + ordinal + " of " + type.getSimpleName());
            }
            return constants[ordinal];
        }
    }

    /** Records by their components, made through their constructors, whose checks hold. */
    static final class Records extends Serializer<Object> {
        private final Method[] accessors;
        private final Constructor<?> constructor;

        Records(Class<?> type) {
            RecordComponent[] components = type.getRecordComponents();
            accessors =
                    Arrays.stream(components)
                            .map(RecordComponent::getAccessor)
                            .toArray(Method[]::new);
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
            try {
                constructor = type.getDeclaredConstructor(types);
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException(type + " is no record", e);
            }
            constructor.setAccessible(true);
            for (Method accessor : accessors) {
                accessor.setAccessible(true);
            }
        }

        @Override
        public void write(Kryo kryo, Output output, Object message) {
            for (Method accessor : accessors) {
                Object value = get(accessor, message);
                Class<?> type = accessor.getReturnType();
                if (type == int.class) {
                    output.writeVarInt((Integer) value, true);
                } else if (type == long.class) {
                    output.writeVarLong((Long) value, true);
                } else if (type == boolean.class) {
                    output.writeBoolean((Boolean) value);
                } else if (type == double.class) {
                    output.writeDouble((Double) value);
                } else {
                    writeValue(kryo, output, value);
                }
            }
        }

        @Override
        public Object read(Kryo kryo, Input input, Class<?> recordType) {
            Object[] values = new Object[accessors.length];
            for (int i = 0; i < values.length; i++) {
                Class<?> type = accessors[i].getReturnType();
                if (type == int.class) {
                    values[i] = input.readVarInt(true);
                } else if (type == long.class) {
                    values[i] = input.readVarLong(true);
                } else if (type == boolean.class) {
                    values[i] = input.readBoolean();
                } else if (type == double.class) {
                    values[i] = input.readDouble();
                } else {
                    values[i] = kryo.readClassAndObject(input);
                }
            }
            try {
                return constructor.newInstance(values);
            } catch (InvocationTargetException
                    | InstantiationException
                    | IllegalAccessException e) {
                throw new KryoException("not a " + recordType.getSimpleName(), e);
            }
        }

        private static Object get(Method accessor, Object message) {
            try {
                return accessor.invoke(message);
            } catch (InvocationTargetException | IllegalAccessException e) {
                throw new IllegalStateException("cannot read " + accessor, e);
            }
        }
    }
}
