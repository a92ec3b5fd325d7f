package io.millrace.runtime.serializer;

import io.millrace.api.InvalidProgramException;
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
import io.millrace.api.type.TypeField;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.UnknownTypeInfo;
import io.millrace.runtime.generate.ClassCopy;
import io.millrace.runtime.generate.JobClasses;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns descriptions into serializers; the one place that knows which serializer a type has.
 *
 * <p>Tuples, POJOs and records have a generated class each, collections and other containers a copy
 * of the engine's class for each type of theirs, so that no call site in them sees two classes. All
 * these classes hang on the job; the objects made here belong to one thread.
 *
 * <p>Threads: a compiler and all that it makes belong to one thread.
 */
final class SerializerCompiler {
    private static final Logger LOG = LoggerFactory.getLogger(SerializerCompiler.class);
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    /** Classes whose way to Kryo this process has told of. */
    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    private final JobClasses classes;
    private final Encoding encoding;
    private final OwnSerializers own;
    private JobKryo kryo;

    SerializerCompiler(JobClasses classes, Encoding encoding) {
        this.classes = classes;
        this.encoding = encoding;
        this.own = new OwnSerializers(this, classes.userClassLoader());
    }

    Encoding encoding() {
        return encoding;
    }

    /** The serializer that an edge or a state has. */
    @SuppressWarnings("unchecked")
    <T> TypeSerializer<T> outermost(TypeInformation<T> type) {
        return copy(CompiledSerializer.class, type)
                .newInstance(TypeSerializer.class, type, compile(type));
    }

    @SuppressWarnings("unchecked")
    <T> ValueSerializer<T> compile(TypeInformation<T> type) {
        return (ValueSerializer<T>) serializerOf(type);
    }

    private ValueSerializer<?> serializerOf(TypeInformation<?> type) {
        if (type instanceof BasicTypeInfo) {
            return basic(type);
        }
        if (type instanceof CompositeType<?> composite) {
            return composite(composite);
        }
        if (type instanceof EnumTypeInfo) {
            return copied(EnumSerializer.class, type, type.getTypeClass());
        }
        if (type instanceof PrimitiveArrayTypeInfo<?> array) {
            return PrimitiveArraySerializers.of(array.getComponentClass());
        }
        if (type instanceof ObjectArrayTypeInfo<?, ?> array) {
            return copied(
                    ObjectArraySerializer.class,
                    type,
                    array.getTypeClass(),
                    compile(array.getComponentInfo()),
                    own);
        }
        if (type instanceof ListTypeInfo<?> list) {
            return collection(list, compile(list.getElementTypeInfo()));
        }
        if (type instanceof CollectionTypeInfo<?, ?> collection) {
            return collection(collection, compile(collection.getElementTypeInfo()));
        }
        if (type instanceof MapTypeInfo<?, ?> map) {
            return map(map);
        }
        if (type instanceof OptionalTypeInfo<?> optional) {
            return copied(OptionalSerializer.class, type, compile(optional.getElementTypeInfo()));
        }
        if (type instanceof UnknownTypeInfo) {
            return new TaggedSerializer<>(type.getTypeClass(), own);
        }
        if (type instanceof GenericTypeInfo<?> generic) {
            return kryo(generic.getTypeClass(), generic.getReason());
        }
        throw new IllegalStateException("No serializer for " + type.getClass());
    }

    private ValueSerializer<?> basic(TypeInformation<?> type) {
        ValueSerializer<?> found =
                encoding == Encoding.KEY
                        ? BasicSerializers.keyOf(type.getTypeClass())
                        : BasicSerializers.of(type.getTypeClass());
        return found instanceof BasicSerializer<?> basic
                ? copied(BasicSerializer.class, type, basic.arguments())
                : found;
    }

    private ClassCopy copy(Class<?> original, TypeInformation<?> type) {
        return classes.copy(LOOKUP, original, new TypePlace(type, TypePlace.WHOLE, encoding));
    }

    private ValueSerializer<?> copied(
            Class<?> original, TypeInformation<?> type, Object... arguments) {
        return copy(original, type).newInstance(ValueSerializer.class, arguments);
    }

    private <E> ValueSerializer<?> collection(TypeInformation<?> type, ValueSerializer<E> element) {
        Class<?> declared = type.getTypeClass();
        return encoding == Encoding.KEY
                ? new KeyCollectionSerializer<>(
                        declared, new CollectionSerializer<>(declared, element), element)
                : copied(CollectionSerializer.class, type, declared, element);
    }

    private <K, V> ValueSerializer<?> map(MapTypeInfo<K, V> type) {
        Class<?> declared = type.getTypeClass();
        ValueSerializer<K> keys = compile(type.getKeyTypeInfo());
        ValueSerializer<V> values = compile(type.getValueTypeInfo());
        return encoding == Encoding.KEY
                ? new KeyMapSerializer<>(
                        declared, new MapSerializer<>(declared, keys, values), keys, values)
                : copied(MapSerializer.class, type, declared, keys, values);
    }

    private ValueSerializer<?> composite(CompositeType<?> type) {
        RecordClass generated =
                classes.generated(
                        new TypePlace(type, TypePlace.WHOLE, encoding), RecordClass::generate);
        if (generated.refusal() != null) {
            return kryo(type.getTypeClass(), generated.refusal());
        }
        List<ValueSerializer<?>> parts = new ArrayList<>();
        for (TypeField field : type.fields()) {
            parts.add(compile(field.type()));
        }
        return generated.instance(
                FlaggedSerializer.class, parts, new SubclassSerializer(own, type.getTypeClass()));
    }

    /** Reads a field of values that {@link #compile} of the type writes. */
    FieldReader field(TypeInformation<?> type, String name) {
        if (type instanceof CompositeType<?> composite) {
            int index = composite.getFieldIndex(name);
            TypePlace place = new TypePlace(composite, index, encoding);
            RecordClass generated = classes.generated(place, RecordClass::generate);
            if (generated.refusal() == null) {
                List<ValueSerializer<?>> parts = new ArrayList<>();
                for (TypeField field : composite.fields().subList(0, index + 1)) {
                    parts.add(compile(field.type()));
                }
                return classes.copy(LOOKUP, SerializedField.class, place)
                        .newInstance(
                                FieldReader.class,
                                composite,
                                index,
                                generated.instance(
                                        FieldSeeker.class,
                                        parts,
                                        new SubclassSerializer(own, composite.getTypeClass())),
                                parts.get(index),
                                own);
            }
        }
        return new FieldOfObject(compile(type), RecordAccess.getter(type.getTypeClass(), name));
    }

    private <T> ValueSerializer<T> kryo(Class<T> type, String reason) {
        if (encoding == Encoding.KEY) {
            throw new InvalidProgramException(
                    "Keys of "
                            + type.getName()
                            + " cannot be told apart by their bytes: "
                            + reason
                            + " Make the class a record or POJO, or take a key out of it.");
        }
        if (TOLD.add(type.getName())) {
            LOG.info("Type {} is serialized by Kryo. {}", type.getName(), reason);
        }
        if (kryo == null) {
            kryo = new JobKryo(classes.userClassLoader());
        }
        return new KryoSerializer<>(type, kryo);
    }
}
