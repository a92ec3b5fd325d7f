package io.millrace.api.type;

import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * Turns reflective types into descriptions, given what is known about type variables.
 *
 * <p>Threads: used by one thread, for one question.
 */
final class TypeResolver {
    private final Map<TypeVariable<?>, TypeInformation<?>> bindings;
    private final String cure;

    /** The classes whose fields are being described: one that is met again contains itself. */
    private final Deque<Class<?>> described = new ArrayDeque<>();

    /**
     * @param bindings what is known of type variables; grows
     * @param cure half a sentence for the reason of what stays unknown
     */
    TypeResolver(Map<TypeVariable<?>, TypeInformation<?>> bindings, String cure) {
        this.bindings = bindings;
        this.cure = cure;
    }

    TypeInformation<?> resolve(Type type) {
        if (type instanceof Class<?> c) {
            return describe(c, List.of());
        }
        if (type instanceof ParameterizedType p) {
            List<TypeInformation<?>> arguments = new ArrayList<>();
            for (Type argument : p.getActualTypeArguments()) {
                arguments.add(resolve(argument));
            }
            return describe(erase(p), arguments);
        }
        if (type instanceof GenericArrayType array) {
            return objectArray(erase(array), resolve(array.getGenericComponentType()));
        }
        if (type instanceof WildcardType wildcard) {
            return resolve(wildcard.getUpperBounds()[0]);
        }
        TypeVariable<?> variable = (TypeVariable<?>) type;
        TypeInformation<?> known = bindings.get(variable);
        return known != null
                ? known
                : new UnknownTypeInfo<>(
                        erase(variable),
                        "What "
                                + variable
                                + " of "
                                + variable.getGenericDeclaration()
                                + " stands for was erased by the compiler; "
                                + cure
                                + ".");
    }

    /** Binds the parameters of the class that {@code type} is made of to its arguments. */
    void bindParameters(ParameterizedType type) {
        TypeVariable<?>[] parameters = erase(type).getTypeParameters();
        Type[] arguments = type.getActualTypeArguments();
        List<TypeInformation<?>> resolved = new ArrayList<>();
        for (Type argument : arguments) {
            resolved.add(resolve(argument));
        }
        for (int i = 0; i < parameters.length; i++) {
            bindings.put(parameters[i], resolved.get(i));
        }
    }

    /** Binds variables within the arguments of {@code type} to what its parameters stand for. */
    void bindArguments(ParameterizedType type) {
        TypeVariable<?>[] parameters = erase(type).getTypeParameters();
        Type[] arguments = type.getActualTypeArguments();
        for (int i = 0; i < parameters.length; i++) {
            TypeInformation<?> known = bindings.get(parameters[i]);
            if (known != null) {
                match(arguments[i], known);
            }
        }
    }

    /** Binds the variables in {@code pattern} by laying it over a description. */
    void match(Type pattern, TypeInformation<?> info) {
        if (pattern instanceof TypeVariable<?> variable) {
            bindings.putIfAbsent(variable, info);
        } else if (pattern instanceof WildcardType wildcard) {
            match(wildcard.getUpperBounds()[0], info);
        } else if (pattern instanceof GenericArrayType array
                && info instanceof ObjectArrayTypeInfo<?, ?> arrayInfo) {
            match(array.getGenericComponentType(), arrayInfo.getComponentInfo());
        } else if (pattern instanceof ParameterizedType parameterized) {
            Class<?> raw = erase(parameterized);
            Map<TypeVariable<?>, TypeInformation<?>> inner = parametersOf(raw, info);
            TypeVariable<?>[] parameters = raw.getTypeParameters();
            for (int i = 0; i < parameters.length; i++) {
                TypeInformation<?> known = inner.get(parameters[i]);
                if (known != null) {
                    match(parameterized.getActualTypeArguments()[i], known);
                }
            }
        }
    }

    /** What a description tells about the type parameters of {@code raw}, its class or above. */
    static Map<TypeVariable<?>, TypeInformation<?>> parametersOf(
            Class<?> raw, TypeInformation<?> info) {
        Map<TypeVariable<?>, TypeInformation<?>> found = new HashMap<>();
        TypeVariable<?>[] parameters = raw.getTypeParameters();
        if (parameters.length == 0 || !raw.isAssignableFrom(info.getTypeClass())) {
            return found;
        }
        if (info instanceof ListTypeInfo<?> list && parameters.length == 1) {
            found.put(parameters[0], list.getElementTypeInfo());
        } else if (info instanceof CollectionTypeInfo<?, ?> collection && parameters.length == 1) {
            found.put(parameters[0], collection.getElementTypeInfo());
        } else if (info instanceof OptionalTypeInfo<?> optional) {
            found.put(parameters[0], optional.getElementTypeInfo());
        } else if (info instanceof MapTypeInfo<?, ?> map && parameters.length == 2) {
            found.put(parameters[0], map.getKeyTypeInfo());
            found.put(parameters[1], map.getValueTypeInfo());
        } else {
            TypeResolver inner = new TypeResolver(found, "");
            if (info instanceof CompositeType<?> composite) {
                for (TypeField field : composite.fields()) {
                    Field declared = FieldAccess.find(composite.getTypeClass(), field.name());
                    if (declared != null) {
                        inner.match(declared.getGenericType(), field.type());
                    }
                }
            }
            List<ParameterizedType> path = new ArrayList<>();
            if (TypeExtractor.findPath(info.getTypeClass(), raw, path)) {
                path.forEach(inner::bindParameters);
            }
        }
        return found;
    }

    static Class<?> erase(Type type) {
        if (type instanceof Class<?> c) {
            return c;
        }
        if (type instanceof ParameterizedType p) {
            return (Class<?>) p.getRawType();
        }
        if (type instanceof GenericArrayType array) {
            return erase(array.getGenericComponentType()).arrayType();
        }
        if (type instanceof WildcardType wildcard) {
            return erase(wildcard.getUpperBounds()[0]);
        }
        return erase(((TypeVariable<?>) type).getBounds()[0]);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    static TypeInformation<?> collection(Class<?> type, TypeInformation<?> element) {
        return new CollectionTypeInfo(type, element);
    }

    private static TypeInformation<?> objectArray(Class<?> type, TypeInformation<?> component) {
        return new ObjectArrayTypeInfo<>(type, component);
    }

    private TypeInformation<?> describe(Class<?> type, List<TypeInformation<?>> arguments) {
        TypeInformation<?> basic = BasicTypeInfo.getInfoFor(type);
        if (basic != null) {
            return basic;
        }
        if (type.isArray()) {
            return type.getComponentType().isPrimitive()
                    ? new PrimitiveArrayTypeInfo<>(type)
                    : objectArray(type, resolve(type.getComponentType()));
        }
        if (type.isEnum()) {
            return new EnumTypeInfo<>(type);
        }
        if (type.getSuperclass() != null && type.getSuperclass().isEnum()) {
            return new EnumTypeInfo<>(type.getSuperclass()); // a constant with a body
        }
        if (type == Optional.class) {
            return new OptionalTypeInfo<>(argument(type, arguments, 0));
        }
        TypeInformation<?> container = container(type, arguments);
        if (container != null) {
            return container;
        }
        if (type == Object.class) {
            return new UnknownTypeInfo<>(
                    Object.class, "Only Object is known of the type; " + cure + ".");
        }
        if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
            return new UnknownTypeInfo<>(
                    type,
                    type.getName()
                            + " is "
                            + (type.isInterface() ? "an interface" : "abstract")
                            + ", so each value carries the name of its class; a concrete class"
                            + " would save that.");
        }
        if (described.contains(type)) {
            return new UnknownTypeInfo<>(
                    type,
                    type.getName()
                            + " contains itself, so the inner values carry the name of their"
                            + " class.");
        }
        return withFields(type, arguments);
    }

    private TypeInformation<?> container(Class<?> type, List<TypeInformation<?>> arguments) {
        if (type == List.class || type == ArrayList.class || type == LinkedList.class) {
            return new ListTypeInfo<>(type, argument(type, arguments, 0));
        }
        if (type == Collection.class
                || type == Set.class
                || type == HashSet.class
                || type == LinkedHashSet.class) {
            return collection(type, argument(type, arguments, 0));
        }
        if (type == Map.class || type == HashMap.class || type == LinkedHashMap.class) {
            return new MapTypeInfo<>(
                    type, argument(type, arguments, 0), argument(type, arguments, 1));
        }
        // List.of, Collections.unmodifiableMap, Arrays.asList, ...: their classes are the JDK's
        // secret, so they are what their interface says.
        if (type.getPackageName().equals("java.util")
                && !Modifier.isPublic(type.getModifiers())
                && !SortedMap.class.isAssignableFrom(type)
                && !SortedSet.class.isAssignableFrom(type)) {
            if (List.class.isAssignableFrom(type)) {
                return new ListTypeInfo<>(List.class, argument(List.class, List.of(), 0));
            }
            if (Set.class.isAssignableFrom(type) && !type.getName().contains("EnumSet")) {
                return collection(Set.class, argument(Set.class, List.of(), 0));
            }
            if (Map.class.isAssignableFrom(type)) {
                return new MapTypeInfo<>(
                        Map.class,
                        argument(Map.class, List.of(), 0),
                        argument(Map.class, List.of(), 1));
            }
        }
        return null;
    }

    private TypeInformation<?> argument(
            Class<?> type, List<TypeInformation<?>> arguments, int index) {
        return index < arguments.size()
                ? arguments.get(index)
                : new UnknownTypeInfo<>(
                        Object.class,
                        "The type parameter "
                                + type.getTypeParameters()[index]
                                + " of "
                                + type.getSimpleName()
                                + " was erased by the compiler; "
                                + cure
                                + ".");
    }

    /** A tuple, record or POJO, or a class for Kryo. */
    private TypeInformation<?> withFields(Class<?> type, List<TypeInformation<?>> arguments) {
        Map<TypeVariable<?>, TypeInformation<?>> own = new HashMap<>();
        TypeVariable<?>[] parameters = type.getTypeParameters();
        for (int i = 0; i < arguments.size(); i++) {
            own.put(parameters[i], arguments.get(i));
        }
        TypeResolver inner = new TypeResolver(own, cure);
        inner.described.addAll(described);
        inner.described.push(type);
        List<ParameterizedType> supertypes = new ArrayList<>();
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            if (c.getGenericSuperclass() instanceof ParameterizedType parent) {
                supertypes.add(parent);
            }
        }
        supertypes.forEach(inner::bindParameters);

        if (type.isRecord()) {
            List<TypeField> fields = new ArrayList<>();
            for (RecordComponent component : type.getRecordComponents()) {
                fields.add(
                        new TypeField(
                                component.getName(), inner.resolve(component.getGenericType())));
            }
            return new RecordTypeInfo<>(type, fields);
        }
        int arity = tupleArity(type);
        if (arity >= 0) {
            List<TypeInformation<?>> fields = new ArrayList<>();
            for (int i = 0; i < arity; i++) {
                fields.add(inner.resolve(FieldAccess.find(type, "f" + i).getGenericType()));
            }
            return new TupleTypeInfo<>(type, fields);
        }
        String refusal = PojoRules.refusal(type);
        if (refusal != null) {
            return new GenericTypeInfo<>(type, refusal + " Kryo writes it, which is slower.");
        }
        List<TypeField> fields = new ArrayList<>();
        for (Field field : PojoRules.fields(type)) {
            fields.add(new TypeField(field.getName(), inner.resolve(field.getGenericType())));
        }
        return new PojoTypeInfo<>(type, fields);
    }

    /** The number of fields of a tuple class or of one that extends it and adds none, else -1. */
    private static int tupleArity(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            int arity = TupleTypeInfo.arityOf(c);
            if (arity >= 0) {
                return c == type || PojoRules.structuralRefusal(type) == null ? arity : -1;
            }
            for (Field field : c.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())
                        && !Modifier.isTransient(field.getModifiers())) {
                    return -1;
                }
            }
        }
        return -1;
    }
}
