package io.millrace.runtime.serializer;

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
import io.millrace.runtime.generate.JobClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns descriptions into serializers; the one place that knows which serializer a type has.
 *
 * <p>The formats are specified at the serializers and do not depend on how a serializer is made, so
 * that a generated one can take the place of one that is put together here.
 *
 * <p>Threads: a compiler and all that it makes belong to one thread.
 */
final class SerializerCompiler {
    private static final Logger LOG = LoggerFactory.getLogger(SerializerCompiler.class);

    /** Classes whose way to Kryo this process has told of. */
    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    private final JobClasses classes;
    private final OwnSerializers own;
    private JobKryo kryo;

    SerializerCompiler(JobClasses classes) {
        this.classes = classes;
        this.own = new OwnSerializers(this, classes.userClassLoader());
    }

    @SuppressWarnings("unchecked")
    <T> ValueSerializer<T> compile(TypeInformation<T> type) {
        return (ValueSerializer<T>) serializerOf(type);
    }

    private ValueSerializer<?> serializerOf(TypeInformation<?> type) {
        if (type instanceof BasicTypeInfo) {
            return BasicSerializers.of(type.getTypeClass());
        }
        if (type instanceof CompositeType<?> composite) {
            return composite(composite);
        }
        if (type instanceof EnumTypeInfo) {
            return new EnumSerializer<>(type.getTypeClass());
        }
        if (type instanceof PrimitiveArrayTypeInfo<?> array) {
            return PrimitiveArraySerializers.of(array.getComponentClass());
        }
        if (type instanceof ObjectArrayTypeInfo<?, ?> array) {
            return new ObjectArraySerializer<>(
                    array.getTypeClass(), compile(array.getComponentInfo()), own);
        }
        if (type instanceof ListTypeInfo<?> list) {
            return new CollectionSerializer<>(
                    list.getTypeClass(), compile(list.getElementTypeInfo()));
        }
        if (type instanceof CollectionTypeInfo<?, ?> collection) {
            return new CollectionSerializer<>(
                    collection.getTypeClass(), compile(collection.getElementTypeInfo()));
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
        if (type instanceof UnknownTypeInfo) {
            return new TaggedSerializer<>(type.getTypeClass(), own);
        }
        if (type instanceof GenericTypeInfo<?> generic) {
            return kryo(generic.getTypeClass(), generic.getReason());
        }
        throw new IllegalStateException("No serializer for " + type.getClass());
    }

    private ValueSerializer<?> composite(CompositeType<?> type) {
        List<ValueSerializer<?>> fields = new ArrayList<>();
        for (TypeField field : type.fields()) {
            fields.add(compile(field.type()));
        }
        try {
            return new CompositeSerializer<>(type, fields, own);
        } catch (IllegalAccessException e) {
            return kryo(
                    type.getTypeClass(),
                    type.getTypeClass().getName()
                            + " is in a module that is closed to the engine: "
                            + e.getMessage());
        }
    }

    private <T> ValueSerializer<T> kryo(Class<T> type, String reason) {
        if (TOLD.add(type.getName())) {
            LOG.info("Type {} is serialized by Kryo. {}", type.getName(), reason);
        }
        if (kryo == null) {
            kryo = new JobKryo(classes.userClassLoader());
        }
        return new KryoSerializer<>(type, kryo);
    }
}
