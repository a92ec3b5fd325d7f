package io.millrace.runtime.serializer;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.FieldSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import com.esotericsoftware.kryo.util.DefaultInstantiatorStrategy;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import org.objenesis.strategy.StdInstantiatorStrategy;

/**
 * Kryo for a job's classes: no registration, references kept, the job's class loader, and Java's
 * own serialization for classes of the JDK that Kryo may not look into since JDK 17.
 */
final class JobKryo extends Kryo {
    JobKryo(ClassLoader loader) {
        setRegistrationRequired(false);
        setReferences(true);
        setClassLoader(loader);
        addDefaultSerializer(EnumMap.class, new EnumMapOfAnyEnum());
        setInstantiatorStrategy(new DefaultInstantiatorStrategy(new StdInstantiatorStrategy()));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Serializer getDefaultSerializer(Class type) {
        if (Throwable.class.isAssignableFrom(type)) {
            return new JavaSerializer();
        }
        Class<?> closed = closedClass(type);
        if (closed != null && Serializable.class.isAssignableFrom(type)) {
            Serializer found = foundFor(type);
            // A serializer of the class's own knows how; one that takes fields apart, or builds
            // collections through a constructor that there is not, does not.
            if (found == null
                    || found instanceof FieldSerializer
                    || (isContainer(type) && !Modifier.isPublic(type.getModifiers()))
                            && isGeneral(found)) {
                return new JavaSerializer();
            }
            return found;
        }
        return super.getDefaultSerializer(type);
    }

    /** Null if Kryo fails already when it looks at the class. */
    @SuppressWarnings("rawtypes")
    private Serializer foundFor(Class type) {
        try {
            return super.getDefaultSerializer(type);
        } catch (RuntimeException e) {
            return null;
        }
    }

    private static boolean isContainer(Class<?> type) {
        return Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
    }

    @SuppressWarnings("rawtypes")
    private static boolean isGeneral(Serializer serializer) {
        return serializer.getClass()
                        == com.esotericsoftware.kryo.serializers.CollectionSerializer.class
                || serializer.getClass()
                        == com.esotericsoftware.kryo.serializers.MapSerializer.class;
    }

    /** The class or one above it that has fields which its module keeps to itself, or null. */
    private static Class<?> closedClass(Class<?> type) {
        Module ours = JobKryo.class.getModule();
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            if (!c.getModule().isOpen(c.getPackageName(), ours) && hasFields(c)) {
                return c;
            }
        }
        return null;
    }

    private static boolean hasFields(Class<?> type) {
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Takes the enum from the first key's declaring class: Kryo's own serializer takes the key's
     * class, which is another one for a constant with a body. An empty map alone, which does not
     * tell its enum, is written by Java.
     */
    private static final class EnumMapOfAnyEnum extends Serializer<EnumMap<?, ?>> {
        private final JavaSerializer empty = new JavaSerializer();

        @Override
        public void write(Kryo kryo, Output output, EnumMap<?, ?> map) {
            output.writeVarInt(map.size(), true);
            if (map.isEmpty()) {
                empty.write(kryo, output, map);
                return;
            }
            kryo.writeClass(output, map.keySet().iterator().next().getDeclaringClass());
            map.forEach(
                    (key, value) -> {
                        output.writeVarInt(key.ordinal(), true);
                        kryo.writeClassAndObject(output, value);
                    });
        }

        @Override
        @SuppressWarnings({"unchecked", "rawtypes"})
        public EnumMap<?, ?> read(Kryo kryo, Input input, Class<? extends EnumMap<?, ?>> type) {
            int count = input.readVarInt(true);
            if (count == 0) {
                return (EnumMap<?, ?>) empty.read(kryo, input, type);
            }
            Class keyType = kryo.readClass(input).getType();
            EnumMap map = new EnumMap(keyType);
            kryo.reference(map);
            for (int i = 0; i < count; i++) {
                map.put(
                        (Enum) keyType.getEnumConstants()[input.readVarInt(true)],
                        kryo.readClassAndObject(input));
            }
            return map;
        }
    }
}
