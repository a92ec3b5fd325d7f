package io.millrace.api.type;

import java.lang.invoke.SerializedLambda;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out the types of classes, values and functions.
 *
 * <p>Errors: never fails because the compiler erased a type; what cannot be known becomes an {@link
 * UnknownTypeInfo} whose reason names the cure.
 */
public final class TypeExtractor {
    private TypeExtractor() {}

    /** The description of a class or primitive; its type parameters, if any, stay unknown. */
    @SuppressWarnings("unchecked")
    public static <T> TypeInformation<T> forClass(Class<T> type) {
        return (TypeInformation<T>) forType(type);
    }

    /** The description of a reflective type; a type variable in it stays unknown. */
    public static TypeInformation<?> forType(Type type) {
        return new TypeResolver(
                        new HashMap<>(), "name the whole type with new TypeHint<...>() {} or Types")
                .resolve(type);
    }

    /**
     * The description of a value: that of its class, with what the parts of tuples, collections and
     * maps tell about type parameters.
     */
    @SuppressWarnings("unchecked")
    public static <T> TypeInformation<T> forObject(T value) {
        return (TypeInformation<T>) describe(value);
    }

    /**
     * What the descriptions of all values have in common; parts in which they differ are unknown.
     */
    @SuppressWarnings("unchecked")
    public static <T> TypeInformation<T> forObjects(Collection<? extends T> values) {
        return (TypeInformation<T>) common(values);
    }

    /**
     * The type of what a function emits.
     *
     * @param baseType the generic class or interface by which the engine knows the function, e.g.
     *     {@code MapFunction.class}
     * @param typeParameter position of the output among the type parameters of {@code baseType};
     *     the one before it is the input
     * @param inputType of the records that come in, or null for a source
     */
    public static <O> TypeInformation<O> outputOf(
            Object function, Class<?> baseType, int typeParameter, TypeInformation<?> inputType) {
        return typeArgumentOf(
                function,
                baseType,
                typeParameter,
                inputType != null && typeParameter > 0
                        ? Map.of(typeParameter - 1, inputType)
                        : Map.of());
    }

    /**
     * The type of what a function emits, or of what else stands among its type parameters.
     *
     * @param baseType the generic class or interface by which the engine knows the function
     * @param typeParameter position of the type asked for among the parameters of {@code baseType}
     * @param known types by the positions of others of these parameters
     */
    @SuppressWarnings("unchecked")
    public static <O> TypeInformation<O> typeArgumentOf(
            Object function,
            Class<?> baseType,
            int typeParameter,
            Map<Integer, TypeInformation<?>> known) {
        if (function instanceof ResultTypeQueryable<?> queryable) {
            return (TypeInformation<O>) queryable.getProducedType();
        }
        SerializedLambda lambda = LambdaTypes.lambdaOf(function);
        String cure =
                "name the result of "
                        + (lambda == null
                                ? function.getClass().getName()
                                : LambdaTypes.describe(lambda))
                        + " with .returns(new TypeHint<...>() {}) or .returns(Types...)";
        TypeInformation<?> declared =
                throughSupertypes(function.getClass(), baseType, typeParameter, known, cure);
        if (lambda != null && declared instanceof UnknownTypeInfo) {
            return (TypeInformation<O>)
                    LambdaTypes.outputOf(
                            lambda,
                            function.getClass().getClassLoader(),
                            baseType,
                            typeParameter,
                            known.get(0),
                            cure);
        }
        return (TypeInformation<O>) declared;
    }

    /**
     * What a class says about a type parameter of one of its supertypes; unknown where it leaves
     * that open.
     *
     * @param typeParameter position among the parameters of {@code baseType}
     */
    @SuppressWarnings("unchecked") // as the caller's class is declared
    public static <T> TypeInformation<T> declaredArgument(
            Class<?> type, Class<?> baseType, int typeParameter) {
        return (TypeInformation<T>)
                throughSupertypes(
                        type,
                        baseType,
                        typeParameter,
                        Map.of(),
                        "let " + type.getName() + " name its " + baseType.getSimpleName());
    }

    private static TypeInformation<?> throughSupertypes(
            Class<?> from,
            Class<?> baseType,
            int typeParameter,
            Map<Integer, TypeInformation<?>> known,
            String cure) {
        List<ParameterizedType> path = new ArrayList<>();
        boolean complete = findPath(from, baseType, path);
        TypeVariable<?>[] baseParameters = baseType.getTypeParameters();
        Map<TypeVariable<?>, TypeInformation<?>> bindings = new HashMap<>();
        TypeResolver resolver = new TypeResolver(bindings, cure);
        if (complete && !known.isEmpty()) {
            // Downwards: what the inputs say about the variables of the function's own class.
            known.forEach((at, type) -> bindings.put(baseParameters[at], type));
            for (int i = path.size() - 1; i >= 0; i--) {
                resolver.bindArguments(path.get(i));
            }
        }
        for (ParameterizedType parent : path) {
            resolver.bindParameters(parent);
        }
        TypeVariable<?> output = baseParameters[typeParameter];
        return complete && bindings.containsKey(output)
                ? bindings.get(output)
                : resolver.resolve(output);
    }

    /**
     * The generic supertypes that lead from a class to {@code target}, lowest first.
     *
     * @return false if a raw type lies on the way, or {@code target} is no supertype
     */
    static boolean findPath(Class<?> from, Class<?> target, List<ParameterizedType> path) {
        if (from == target) {
            return true;
        }
        List<Type> parents = new ArrayList<>(Arrays.asList(from.getGenericInterfaces()));
        if (from.getGenericSuperclass() != null) {
            parents.add(from.getGenericSuperclass());
        }
        for (Type parent : parents) {
            Class<?> raw = TypeResolver.erase(parent);
            if (!target.isAssignableFrom(raw)) {
                continue;
            }
            if (parent instanceof ParameterizedType parameterized) {
                path.add(parameterized);
            } else if (raw.getTypeParameters().length > 0) {
                return false;
            }
            return findPath(raw, target, path);
        }
        return false;
    }

    private static TypeInformation<?> describe(Object value) {
        if (value == null) {
            return new UnknownTypeInfo<>(
                    Object.class, "The only value seen is null; name the type with Types.");
        }
        TypeInformation<?> byClass = forClass(value.getClass());
        if (byClass instanceof TupleTypeInfo<?> tuple
                && TupleTypeInfo.arityOf(tuple.getTypeClass()) >= 0) {
            List<TypeInformation<?>> fields = new ArrayList<>();
            for (TypeField field : tuple.fields()) {
                fields.add(describe(FieldAccess.of(tuple.getTypeClass(), field.name()).get(value)));
            }
            return new TupleTypeInfo<>(tuple.getTypeClass(), fields);
        }
        if (byClass instanceof ListTypeInfo<?> list) {
            return new ListTypeInfo<>(list.getTypeClass(), common((Collection<?>) value));
        }
        if (byClass instanceof CollectionTypeInfo<?, ?> collection) {
            return TypeResolver.collection(
                    collection.getTypeClass(), common((Collection<?>) value));
        }
        if (byClass instanceof MapTypeInfo<?, ?> map) {
            return new MapTypeInfo<>(
                    map.getTypeClass(),
                    common(((Map<?, ?>) value).keySet()),
                    common(((Map<?, ?>) value).values()));
        }
        if (value instanceof Optional<?> optional && optional.isPresent()) {
            return new OptionalTypeInfo<>(describe(optional.get()));
        }
        return byClass;
    }

    private static TypeInformation<?> common(Collection<?> values) {
        TypeInformation<?> found = null;
        for (Object value : values) {
            if (value != null) {
                TypeInformation<?> next = describe(value);
                found = found == null ? next : merge(found, next);
            }
        }
        return found == null ? describe(null) : found;
    }

    private static TypeInformation<?> merge(TypeInformation<?> a, TypeInformation<?> b) {
        if (a.equals(b)) {
            return a;
        }
        if (a instanceof TupleTypeInfo<?> left
                && b instanceof TupleTypeInfo<?> right
                && left.getTypeClass() == right.getTypeClass()) {
            List<TypeInformation<?>> fields = new ArrayList<>();
            for (int i = 0; i < left.getArity(); i++) {
                fields.add(merge(left.getTypeAt(i), right.getTypeAt(i)));
            }
            return new TupleTypeInfo<>(left.getTypeClass(), fields);
        }
        if (a instanceof ListTypeInfo<?> left && b instanceof ListTypeInfo<?> right) {
            return new ListTypeInfo<>(
                    left.getTypeClass() == right.getTypeClass() ? left.getTypeClass() : List.class,
                    merge(left.getElementTypeInfo(), right.getElementTypeInfo()));
        }
        if (a instanceof MapTypeInfo<?, ?> left && b instanceof MapTypeInfo<?, ?> right) {
            return new MapTypeInfo<>(
                    left.getTypeClass() == right.getTypeClass() ? left.getTypeClass() : Map.class,
                    merge(left.getKeyTypeInfo(), right.getKeyTypeInfo()),
                    merge(left.getValueTypeInfo(), right.getValueTypeInfo()));
        }
        if (a instanceof OptionalTypeInfo<?> left && b instanceof OptionalTypeInfo<?> right) {
            return new OptionalTypeInfo<>(
                    merge(left.getElementTypeInfo(), right.getElementTypeInfo()));
        }
        if (a instanceof PojoTypeInfo && a.getTypeClass().isAssignableFrom(b.getTypeClass())) {
            return a;
        }
        if (b instanceof PojoTypeInfo && b.getTypeClass().isAssignableFrom(a.getTypeClass())) {
            return b;
        }
        return new UnknownTypeInfo<>(
                Object.class,
                "The values are of different types, "
                        + a
                        + " and "
                        + b
                        + " among them; name their common type with Types.");
    }
}
