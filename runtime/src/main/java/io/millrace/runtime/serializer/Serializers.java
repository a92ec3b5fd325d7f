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
import java.util.function.Predicate;

/** Makes the serializer of a type, and says which it is. */
public final class Serializers {
    /** What {@link #describe} says of a type all parts of which are known. */
    public static final String GENERATED = "generated";

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
        return new SerializerCompiler(classes, Encoding.VALUE).outermost(type);
    }

    /**
     * A serializer of keys, for one thread: equal keys have equal bytes, and different ones have
     * different bytes.
     *
     * <p>Equal means the same values in all fields, as a record's own {@code equals} has it, with
     * one NaN and one zero; lists are equal to lists, sets to sets and maps to maps with equal
     * elements, whatever their classes. An {@code equals} that leaves fields out does not count.
     *
     * @throws io.millrace.api.InvalidProgramException if Kryo would have to write the keys or a
     *     part of them: its bytes say nothing about equality. So does {@code serialize} for a key
     *     of an unknown type.
     */
    public static <K> TypeSerializer<K> compileKey(TypeInformation<K> type, JobClasses classes) {
        return new SerializerCompiler(classes, Encoding.KEY).outermost(type);
    }

    /**
     * Reads a field of records that {@link #compile} of the type has written; for one thread.
     *
     * @param field its position in the type
     */
    public static FieldReader fieldReader(CompositeType<?> type, int field, JobClasses classes) {
        return new SerializerCompiler(classes, Encoding.VALUE)
                .field(type, type.fields().get(field).name());
    }

    /**
     * How the type is serialized, for the plan: {@link #GENERATED}, or which parts are written by
     * Kryo and why, and which carry their class and what {@code returns(...)} would spare that.
     */
    public static String describe(TypeInformation<?> type) {
        Set<String> kryo = new LinkedHashSet<>();
        Set<String> tagged = new LinkedHashSet<>();
        walk(
                type,
                part -> {
                    String reason = kryoReason(part);
                    if (reason != null) {
                        kryo.add(reason);
                    } else if (part instanceof UnknownTypeInfo<?> unknown) {
                        tagged.add(unknown.getReason());
                    }
                    return reason == null;
                });
        List<String> parts = new ArrayList<>();
        if (!kryo.isEmpty()) {
            parts.add("Kryo: " + String.join(" ", kryo));
        }
        if (!tagged.isEmpty()) {
            parts.add("tagged: " + String.join(" ", tagged));
        }
        return parts.isEmpty() ? GENERATED : String.join(" ", parts);
    }

    /** Why Kryo writes the values of a type as a whole, as a sentence, or null. */
    private static String kryoReason(TypeInformation<?> type) {
        if (type instanceof GenericTypeInfo<?> generic) {
            return generic.getReason();
        }
        return type instanceof CompositeType<?> composite ? RecordClass.refusal(composite) : null;
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
                    return true;
                });
        return found;
    }

    /**
     * @param visitor says whether to go into the parts of what it was given
     */
    private static void walk(TypeInformation<?> type, Predicate<TypeInformation<?>> visitor) {
        if (!visitor.test(type)) {
            return;
        }
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
