package io.millrace.runtime.serializer;

import io.millrace.api.type.CollectionTypeInfo;
import io.millrace.api.type.CompositeType;
import io.millrace.api.type.EnumTypeInfo;
import io.millrace.api.type.ListTypeInfo;
import io.millrace.api.type.MapTypeInfo;
import io.millrace.api.type.ObjectArrayTypeInfo;
import io.millrace.api.type.OptionalTypeInfo;
import io.millrace.api.type.RecordTypeInfo;
import io.millrace.api.type.TupleTypeInfo;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeField;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.UnknownTypeInfo;
import io.millrace.runtime.generate.JobClasses;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads values of a former shape as values of a type's present one.
 *
 * <p>What may have changed: fields of POJOs and records were added (they get what the constructor
 * without arguments gives them; in a record null, zero or false) or removed; constants were added
 * to an enum, or moved; a type that was unknown is known now, or the other way round. All at any
 * depth. All else is refused.
 *
 * <p>Threads: one.
 */
public final class TypeMigration<T> {
    private final TypeInformation<T> type;
    private final ValueSerializer<Object> values;

    private TypeMigration(TypeInformation<T> type, ValueSerializer<Object> values) {
        this.type = type;
        this.values = values;
    }

    /**
     * Prepares the reading.
     *
     * @param former shape, as {@link TypeShape#text} wrote it
     * @throws IllegalArgumentException if the present type cannot take such values, with the reason
     *     as the end of a sentence
     */
    public static <T> TypeMigration<T> of(
            String former, TypeInformation<T> type, JobClasses classes) {
        return new TypeMigration<>(
                type, new Step(classes).of(TypeShape.parse(former), type, "the value"));
    }

    /** Why values of a former shape cannot be read as a type, or null if they can. */
    public static String refusal(String former, TypeInformation<?> type, JobClasses classes) {
        try {
            of(former, type, classes);
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    /** A value or null, as the {@link TypeSerializer} of then has written it. */
    @SuppressWarnings("unchecked") // what the steps make is of the type
    public T read(RecordInput in) throws IOException {
        try {
            return (T) values.readNullable(in);
        } catch (RuntimeException e) {
            throw new IOException("The bytes of a former " + type + " cannot be read: " + e, e);
        }
    }

    /** Makes the reader of each part. */
    private static final class Step {
        private final JobClasses classes;
        private final SerializerCompiler compiler;
        private final OwnSerializers own;
        private final TaggedSerializer<Object> tagged;

        Step(JobClasses classes) {
            this.classes = classes;
            this.compiler = new SerializerCompiler(classes, Encoding.VALUE);
            this.own = new OwnSerializers(compiler, classes.userClassLoader());
            this.tagged = new TaggedSerializer<>(Object.class, own);
        }

        @SuppressWarnings("unchecked") // only read
        ValueSerializer<Object> of(TypeShape former, TypeInformation<?> type, String where) {
            if (former.equals(TypeShape.of(type))) {
                return (ValueSerializer<Object>) compiler.compile(type);
            }
            if (former instanceof TypeShape.Tagged) {
                return fromTagged(type);
            }
            if (type instanceof UnknownTypeInfo<?> unknown) {
                return toTagged(former, unknown, where);
            }
            if (former instanceof TypeShape.Composite composite
                    && type instanceof CompositeType<?> present
                    && !(type instanceof TupleTypeInfo)
                    && composite.kind() != TypeShape.Composition.TUPLE
                    && isClass(type, composite.type())) {
                return new MigratedComposite(this, composite, present, where);
            }
            if (former instanceof TypeShape.Composite composite
                    && type instanceof TupleTypeInfo<?> present
                    && isClass(type, composite.type())
                    && composite.fields().size() == present.getArity()) {
                return new MigratedComposite(this, composite, present, where);
            }
            if (former instanceof TypeShape.Enumeration enumeration
                    && type instanceof EnumTypeInfo
                    && isClass(type, enumeration.type())) {
                return enumeration(enumeration, type, where);
            }
            if (former instanceof TypeShape.Elements elements && isClass(type, elements.type())) {
                TypeInformation<?> element =
                        type instanceof ListTypeInfo<?> list
                                ? list.getElementTypeInfo()
                                : type instanceof CollectionTypeInfo<?, ?> collection
                                        ? collection.getElementTypeInfo()
                                        : null;
                if (element != null) {
                    return (ValueSerializer<Object>)
                            (ValueSerializer<?>)
                                    new CollectionSerializer<>(
                                            type.getTypeClass(),
                                            of(elements.element(), element, where + "'s elements"));
                }
            }
            if (former instanceof TypeShape.Entries entries
                    && type instanceof MapTypeInfo<?, ?> map
                    && isClass(type, entries.type())) {
                return (ValueSerializer<Object>)
                        (ValueSerializer<?>)
                                new MapSerializer<>(
                                        type.getTypeClass(),
                                        of(entries.key(), map.getKeyTypeInfo(), where + "'s keys"),
                                        of(
                                                entries.value(),
                                                map.getValueTypeInfo(),
                                                where + "'s values"));
            }
            if (former instanceof TypeShape.Maybe maybe
                    && type instanceof OptionalTypeInfo<?> optional) {
                return (ValueSerializer<Object>)
                        (ValueSerializer<?>)
                                new OptionalSerializer<>(
                                        of(maybe.element(), optional.getElementTypeInfo(), where));
            }
            if (former instanceof TypeShape.Objects objects
                    && type instanceof ObjectArrayTypeInfo<?, ?> array
                    && isClass(type, objects.type())) {
                return (ValueSerializer<Object>)
                        (ValueSerializer<?>)
                                new ObjectArraySerializer<>(
                                        array.getTypeClass(),
                                        of(
                                                objects.element(),
                                                array.getComponentInfo(),
                                                where + "'s elements"),
                                        own);
            }
            throw new IllegalArgumentException(
                    where + " was " + former + " and is " + TypeShape.text(type) + " now");
        }

        private static boolean isClass(TypeInformation<?> type, String name) {
            return type.getTypeClass().getName().equals(name);
        }

        /** What carries its class is what it is; whether that fits is seen value by value. */
        private ValueSerializer<Object> fromTagged(TypeInformation<?> type) {
            Class<?> wanted = type.getTypeClass();
            return new TaggedValues(
                    tagged,
                    value -> {
                        if (value != null && !wanted.isInstance(value)) {
                            throw new IOException(
                                    "A value of the class "
                                            + value.getClass().getName()
                                            + " was stored while the type was unknown, and is to"
                                            + " be read as "
                                            + type);
                        }
                        return value;
                    });
        }

        private ValueSerializer<Object> toTagged(
                TypeShape former, UnknownTypeInfo<?> unknown, String where) {
            String name = null;
            if (former instanceof TypeShape.Basic basic) {
                name = ShapeReader.basic(basic).getName();
            } else if (former instanceof TypeShape.Composite composite) {
                name = composite.type();
            } else if (former instanceof TypeShape.Enumeration enumeration) {
                name = enumeration.type();
            }
            TypeInformation<?> known = null;
            if (name != null) {
                try {
                    known =
                            TypeExtractor.forClass(
                                    Class.forName(name, false, classes.userClassLoader()));
                } catch (ClassNotFoundException | LinkageError e) {
                    throw new IllegalArgumentException(
                            where + " was " + former + ", which is in no jar of the job", e);
                }
            }
            if (known == null
                    || known instanceof TupleTypeInfo
                    || !unknown.getTypeClass().isAssignableFrom(known.getTypeClass())) {
                throw new IllegalArgumentException(
                        where
                                + " was "
                                + former
                                + " and is unknown now: name the type with returns(...) or in the"
                                + " state's descriptor");
            }
            return of(former, known, where);
        }

        @SuppressWarnings({"unchecked", "rawtypes"}) // the class is an enum's
        private static ValueSerializer<Object> enumeration(
                TypeShape.Enumeration former, TypeInformation<?> type, String where) {
            Object[] constants = new Object[former.constants().size()];
            for (int i = 0; i < constants.length; i++) {
                try {
                    constants[i] =
                            Enum.valueOf((Class) type.getTypeClass(), former.constants().get(i));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            where
                                    + " was "
                                    + former
                                    + ", and its constant "
                                    + former.constants().get(i)
                                    + " is not there any more",
                            e);
                }
            }
            return (FormerReader<Object>)
                    in -> {
                        int ordinal = in.readVarInt();
                        if (ordinal < 0 || ordinal >= constants.length) {
                            throw new IOException(former + " has no constant number " + ordinal);
                        }
                        return constants[ordinal];
                    };
        }

        ValueSerializer<Object> skipping(TypeShape shape) {
            return ShapeReader.skipping(shape, tagged);
        }
    }

    private interface Check {
        Object apply(Object value) throws IOException;
    }

    /** Tagged values; null has a tag of its own. */
    private record TaggedValues(TaggedSerializer<Object> tagged, Check check)
            implements FormerReader<Object> {
        @Override
        public Object read(RecordInput in) throws IOException {
            return check.apply(tagged.read(in));
        }

        @Override
        public Object readNullable(RecordInput in) throws IOException {
            return check.apply(tagged.readNullable(in));
        }
    }

    /** A POJO, record or tuple, field by field, by their names. */
    private static final class MigratedComposite implements FormerReader.Flagged<Object> {
        private final TypeShape.Composite former;
        private final List<ValueSerializer<Object>> readers = new ArrayList<>();

        /** The present place of each former field, or -1. */
        private final int[] places;

        private final Field[] fields;
        private final Constructor<?> constructor;
        private final boolean isRecord;

        MigratedComposite(
                Step step, TypeShape.Composite former, CompositeType<?> present, String where) {
            this.former = former;
            this.places = new int[former.fields().size()];
            for (int i = 0; i < places.length; i++) {
                TypeShape.Field field = former.fields().get(i);
                int place = present.getFieldIndex(field.name());
                places[i] = place;
                readers.add(
                        place < 0
                                ? step.skipping(field.shape())
                                : step.of(
                                        field.shape(),
                                        present.getTypeAt(place),
                                        where + "'s field '" + field.name() + "'"));
            }
            this.isRecord = present instanceof RecordTypeInfo;
            this.fields = new Field[present.getArity()];
            for (int i = 0; i < fields.length; i++) {
                TypeField field = present.fields().get(i);
                fields[i] = field(present.getTypeClass(), field.name());
            }
            this.constructor = constructor(present.getTypeClass());
        }

        private static Field field(Class<?> type, String name) {
            for (Class<?> c = type; c != null; c = c.getSuperclass()) {
                for (Field field : c.getDeclaredFields()) {
                    if (field.getName().equals(name)) {
                        field.setAccessible(true);
                        return field;
                    }
                }
            }
            throw new IllegalStateException(type + " has no field " + name);
        }

        private static Constructor<?> constructor(Class<?> type) {
            try {
                Constructor<?> found =
                        type.getDeclaredConstructor(
                                type.isRecord()
                                        ? Arrays.stream(type.getRecordComponents())
                                                .map(RecordComponent::getType)
                                                .toArray(Class<?>[]::new)
                                        : new Class<?>[0]);
                found.setAccessible(true);
                return found;
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException(type + " is no composite type", e);
            }
        }

        @Override
        public Object read(int flags, RecordInput in) throws IOException {
            byte[] mask = ShapeReader.nullMask(flags, places.length, in, former);
            Object[] found = new Object[fields.length];
            boolean[] known = new boolean[fields.length];
            for (int i = 0; i < places.length; i++) {
                Object value = ShapeReader.isNull(mask, i) ? null : readers.get(i).read(in);
                if (places[i] >= 0) {
                    found[places[i]] = value;
                    known[places[i]] = true;
                }
            }
            try {
                return isRecord ? record(found) : object(found, known);
            } catch (ReflectiveOperationException e) {
                throw new IOException(
                        "A former " + former + " cannot be made a " + constructor + ": " + e, e);
            }
        }

        private Object record(Object[] found) throws ReflectiveOperationException {
            Class<?>[] types = constructor.getParameterTypes();
            for (int i = 0; i < found.length; i++) {
                if (found[i] == null && types[i].isPrimitive()) {
                    found[i] =
                            java.lang.reflect.Array.get(
                                    java.lang.reflect.Array.newInstance(types[i], 1), 0);
                }
            }
            return constructor.newInstance(found);
        }

        private Object object(Object[] found, boolean[] known) throws ReflectiveOperationException {
            Object made = constructor.newInstance();
            for (int i = 0; i < found.length; i++) {
                if (known[i] && (found[i] != null || !fields[i].getType().isPrimitive())) {
                    fields[i].set(made, found[i]);
                }
            }
            return made;
        }
    }
}
