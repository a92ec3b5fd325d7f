package io.millrace.runtime.serializer;

import io.millrace.api.type.CollectionTypeInfo;
import io.millrace.api.type.CompositeType;
import io.millrace.api.type.GenericTypeInfo;
import io.millrace.api.type.ListTypeInfo;
import io.millrace.api.type.MapTypeInfo;
import io.millrace.api.type.ObjectArrayTypeInfo;
import io.millrace.api.type.OptionalTypeInfo;
import io.millrace.api.type.TypeField;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.UnknownTypeInfo;
import io.millrace.runtime.generate.JobClasses;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Makes the serializer of a type, and says which it is. */
public final class Serializers {
    private Serializers() {}

    /**
     * A serializer for one thread.
     *
     * <p>It takes null at any place. Whatever bytes it reads, it allocates no more than a small
     * multiple of them and ends in a value or an {@link java.io.IOException}.
     *
     * @param classes finds the classes that values name, and keeps what is generated for the type
     */
    public static <T> TypeSerializer<T> compile(TypeInformation<T> type, JobClasses classes) {
        return new CompiledSerializer<>(type, new SerializerCompiler(classes).compile(type));
    }

    /**
     * How the type is serialized, for the plan: {@code compiled}, or which parts fell to Kryo or
     * carry their class, and why.
     */
    public static String describe(TypeInformation<?> type) {
        Set<String> kryo = new LinkedHashSet<>();
        Set<String> tagged = new LinkedHashSet<>();
        walk(
                type,
                part -> {
                    if (part instanceof GenericTypeInfo<?> generic) {
                        kryo.add(generic.getReason());
                    } else if (part instanceof UnknownTypeInfo<?> unknown) {
                        tagged.add(unknown.getReason());
                    }
                });
        List<String> parts = new ArrayList<>();
        if (!kryo.isEmpty()) {
            parts.add("Kryo: " + String.join(" ", kryo));
        }
        if (!tagged.isEmpty()) {
            parts.add("tagged: " + String.join(" ", tagged));
        }
        return parts.isEmpty() ? "compiled" : String.join(" ", parts);
    }

    /** The parts of a type that Kryo writes; for a job that forbids them. */
    public static List<GenericTypeInfo<?>> genericParts(TypeInformation<?> type) {
        List<GenericTypeInfo<?>> found = new ArrayList<>();
        walk(
                type,
                part -> {
                    if (part instanceof GenericTypeInfo<?> generic) {
                        found.add(generic);
                    }
                });
        return found;
    }

    private static void walk(TypeInformation<?> type, Consumer<TypeInformation<?>> visitor) {
        visitor.accept(type);
        if (type instanceof CompositeType<?> composite) {
            for (TypeField field : composite.fields()) {
                walk(field.type(), visitor);
            }
        } else if (type instanceof ListTypeInfo<?> list) {
            walk(list.getElementTypeInfo(), visitor);
        } else if (type instanceof CollectionTypeInfo<?, ?> collection) {
            walk(collection.getElementTypeInfo(), visitor);
        } else if (type instanceof MapTypeInfo<?, ?> map) {
            walk(map.getKeyTypeInfo(), visitor);
            walk(map.getValueTypeInfo(), visitor);
        } else if (type instanceof OptionalTypeInfo<?> optional) {
            walk(optional.getElementTypeInfo(), visitor);
        } else if (type instanceof ObjectArrayTypeInfo<?, ?> array) {
            walk(array.getComponentInfo(), visitor);
        }
    }
}
