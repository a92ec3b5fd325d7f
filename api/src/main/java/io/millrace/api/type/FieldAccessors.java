package io.millrace.api.type;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds a field of a type by position or expression.
 *
 * <p>Errors: a field that is not there is an {@link InvalidProgramException} that lists those that
 * are. On an unknown type the field is looked for in each value's class, while the job runs.
 */
public final class FieldAccessors {
    private static final String WHOLE = "*";

    private FieldAccessors() {}

    /**
     * The field at a position, from 0: of a tuple, a record or an array; 0 of a basic type is the
     * value itself.
     */
    @SuppressWarnings("unchecked")
    public static <T> FieldAccessor<T, ?> at(TypeInformation<T> type, int position) {
        return (FieldAccessor<T, ?>) step(type, Integer.toString(position), position, type);
    }

    /**
     * The field that an expression names: {@code "f0"} or {@code "0"} of a tuple, the name of a
     * field of a POJO or record, the position in an array, several of these joined by dots, or
     * {@code "*"} for the whole value.
     */
    @SuppressWarnings({"unchecked", "rawtypes"})
    public static <T> FieldAccessor<T, ?> named(TypeInformation<T> type, String expression) {
        requireNonNull(expression, "expression");
        FieldAccessor<?, ?> accessor = null;
        TypeInformation<?> at = type;
        String[] names = expression.strip().split("\\.", -1);
        for (int i = 0; i < names.length; i++) {
            FieldAccessor<?, ?> next = step(at, names[i], number(names[i]), type);
            accessor = accessor == null ? next : new Nested(accessor, next, expression.strip());
            at = next.fieldType();
        }
        return (FieldAccessor<T, ?>) accessor;
    }

    private static int number(String name) {
        if (name.isEmpty() || name.length() > 9) {
            return -1;
        }
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return -1;
            }
        }
        return Integer.parseInt(name);
    }

    /**
     * @param position the name as a number, negative if it is none
     * @param whole the type that the user named the field of, for the message
     */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static FieldAccessor<?, ?> step(
            TypeInformation<?> type, String name, int position, TypeInformation<?> whole) {
        if (name.equals(WHOLE)) {
            return new Whole<>(type);
        }
        if (type instanceof UnknownTypeInfo<?> unknown) {
            return new Dynamic<>(
                    name,
                    new UnknownTypeInfo<>(
                            Object.class,
                            "Field "
                                    + name
                                    + " belongs to an unknown type. "
                                    + unknown.getReason()));
        }
        if (type instanceof CompositeType<?> composite) {
            int index = composite.getFieldIndex(name);
            if (index < 0
                    && !(composite instanceof PojoTypeInfo)
                    && position >= 0
                    && position < composite.getArity()) {
                index = position;
            }
            if (index >= 0) {
                TypeField field = composite.fields().get(index);
                return new Member(composite.getTypeClass(), field.name(), name, field.type());
            }
        } else if (type instanceof ObjectArrayTypeInfo<?, ?> array && position >= 0) {
            return new Element(position, array.getComponentInfo());
        } else if (type instanceof PrimitiveArrayTypeInfo<?> array && position >= 0) {
            return new Element(position, BasicTypeInfo.getInfoFor(array.getComponentClass()));
        } else if (isSingle(type) && position == 0) {
            return new Whole<>(type);
        }
        throw new InvalidProgramException(
                "There is no field "
                        + name
                        + " in "
                        + type
                        + (type == whole ? "" : " (within " + whole + ")")
                        + ": "
                        + fieldsOf(type));
    }

    private static boolean isSingle(TypeInformation<?> type) {
        return type instanceof BasicTypeInfo || type instanceof EnumTypeInfo;
    }

    private static String fieldsOf(TypeInformation<?> type) {
        if (type instanceof CompositeType<?> composite) {
            return composite.getArity() == 0
                    ? "it has no fields."
                    : "its fields are " + String.join(", ", composite.getFieldNames()) + ".";
        }
        if (type instanceof ObjectArrayTypeInfo || type instanceof PrimitiveArrayTypeInfo) {
            return "an array has positions from 0, and \"*\" for the whole of it.";
        }
        if (type instanceof GenericTypeInfo<?> generic) {
            return "its fields have no names, because it is written as a whole ("
                    + generic.getReason()
                    + "). Use a function that takes the field out, or make the class a record.";
        }
        return "only \"*\""
                + (isSingle(type) ? " or position 0" : "")
                + " can be used; use a function that takes the field out.";
    }

    /** The value itself. */
    private record Whole<T>(TypeInformation<T> fieldType) implements FieldAccessor<T, T> {
        @Override
        public String expression() {
            return WHOLE;
        }

        @Override
        public T get(T record) {
            return record;
        }

        @Override
        public T set(T record, T value) {
            return value;
        }

        @Override
        public MethodHandle getter() {
            return MethodHandles.identity(Object.class);
        }

        @Override
        public MethodHandle replacer() {
            return MethodHandles.dropArguments(
                    MethodHandles.identity(Object.class), 0, Object.class);
        }
    }

    private record Element<T, F>(int position, TypeInformation<F> fieldType)
            implements FieldAccessor<T, F> {
        @Override
        public String expression() {
            return Integer.toString(position);
        }

        @Override
        @SuppressWarnings("unchecked")
        public F get(T record) {
            return (F) Array.get(record, position);
        }

        @Override
        public T set(T record, F value) {
            Array.set(record, position, value);
            return record;
        }
    }

    private record Nested<T, M, F>(
            FieldAccessor<T, M> outer, FieldAccessor<M, F> inner, String expression)
            implements FieldAccessor<T, F> {
        @Override
        public TypeInformation<F> fieldType() {
            return inner.fieldType();
        }

        @Override
        public F get(T record) {
            return inner.get(outer.get(record));
        }

        @Override
        public T set(T record, F value) {
            M middle = outer.get(record);
            M changed = inner.set(middle, value);
            return changed == middle ? record : outer.set(record, changed);
        }

        @Override
        public MethodHandle getter() {
            MethodHandle first = outer.getter();
            MethodHandle second = inner.getter();
            return first == null || second == null
                    ? null
                    : MethodHandles.filterReturnValue(
                            first.asType(first.type().changeReturnType(Object.class)), second);
        }

        @Override
        public MethodHandle replacer() {
            MethodHandle middle = outer.getter();
            MethodHandle change = inner.replacer();
            MethodHandle keep = outer.replacer();
            if (middle == null || change == null || keep == null) {
                return null;
            }
            // (record, value) -> keep(record, change(middle(record), value))
            MethodHandle kept =
                    keep.asType(MethodType.methodType(Object.class, Object.class, Object.class));
            MethodHandle changed =
                    MethodHandles.filterArguments(
                            change, 0, middle.asType(middle.type().changeReturnType(Object.class)));
            return MethodHandles.permuteArguments(
                    MethodHandles.collectArguments(kept, 1, changed), changed.type(), 0, 0, 1);
        }
    }

    /** A field of a class; what reaches it is found again after the accessor has travelled. */
    private static final class Member<T, F> implements FieldAccessor<T, F> {
        private static final long serialVersionUID = 1L;

        private final Class<T> type;
        private final String name;
        private final String expression;
        private final TypeInformation<F> fieldType;
        private transient FieldAccess access;

        Member(Class<T> type, String name, String expression, TypeInformation<F> fieldType) {
            this.type = type;
            this.name = name;
            this.expression = expression;
            this.fieldType = fieldType;
            this.access = FieldAccess.of(type, name);
        }

        private FieldAccess access() {
            FieldAccess found = access;
            if (found == null) {
                found = FieldAccess.of(type, name);
                access = found;
            }
            return found;
        }

        @Override
        public String expression() {
            return expression;
        }

        @Override
        public TypeInformation<F> fieldType() {
            return fieldType;
        }

        @Override
        @SuppressWarnings("unchecked")
        public F get(T record) {
            return (F) access().get(record);
        }

        @Override
        @SuppressWarnings("unchecked")
        public T set(T record, F value) {
            return (T) access().set(record, value);
        }

        @Override
        public MethodHandle getter() {
            return access().getter();
        }

        @Override
        public MethodHandle replacer() {
            return access().replacer();
        }
    }

    /** A field that is looked for in the class of each value. */
    private static final class Dynamic<T, F> implements FieldAccessor<T, F> {
        private static final long serialVersionUID = 1L;

        private final String name;
        private final TypeInformation<F> fieldType;
        private transient Map<Class<?>, FieldAccessor<T, F>> byClass;

        Dynamic(String name, TypeInformation<F> fieldType) {
            this.name = name;
            this.fieldType = fieldType;
        }

        @SuppressWarnings("unchecked")
        private FieldAccessor<T, F> accessorFor(T record) {
            if (byClass == null) {
                byClass = new HashMap<>();
            }
            return byClass.computeIfAbsent(
                    record.getClass(),
                    type -> {
                        TypeInformation<?> found = TypeExtractor.forClass(type);
                        return (FieldAccessor<T, F>) step(found, name, number(name), found);
                    });
        }

        @Override
        public String expression() {
            return name;
        }

        @Override
        public TypeInformation<F> fieldType() {
            return fieldType;
        }

        @Override
        public F get(T record) {
            return accessorFor(record).get(record);
        }

        @Override
        public T set(T record, F value) {
            return accessorFor(record).set(record, value);
        }
    }
}
