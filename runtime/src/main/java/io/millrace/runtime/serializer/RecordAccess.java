package io.millrace.runtime.serializer;

import io.millrace.api.type.CompositeType;
import io.millrace.api.type.RecordTypeInfo;
import io.millrace.api.type.TypeField;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How generated code reaches the fields and the constructor of one class.
 *
 * <p>Code that belongs to the nest of the class itself names its members, private ones too. What
 * such code cannot name (private fields of superclasses, types that only a superclass sees, classes
 * of a closed module) it reaches through method handles, which the JIT compiler turns into the same
 * instructions; for a closed module these lead to what is public.
 */
final class RecordAccess {

    /**
     * How one field is reached.
     *
     * @param getter {@code (Object) -> primitive or Object}; null if code may name the field
     * @param setter {@code (Object, primitive or Object) -> void}; null as well for records
     */
    record FieldAccess(Field field, MethodHandle getter, MethodHandle setter) {
        boolean isNamed() {
            return getter == null;
        }
    }

    private static final MethodHandles.Lookup ENGINE = MethodHandles.lookup();

    private final Class<?> type;
    private final boolean isRecord;
    private final MethodHandles.Lookup host;
    private final List<FieldAccess> fields = new ArrayList<>();
    private final Constructor<?> constructor;
    private final MethodHandle constructorHandle;

    /**
     * @throws IllegalAccessException if a field or the constructor cannot be reached at all
     */
    RecordAccess(CompositeType<?> description) throws IllegalAccessException {
        this.type = description.getTypeClass();
        this.isRecord = description instanceof RecordTypeInfo;
        this.host = HostLookups.of(type);
        for (TypeField field : description.fields()) {
            fields.add(access(field(type, field.name())));
        }
        this.constructor = findConstructor();
        this.constructorHandle =
                host != null
                                && Arrays.stream(constructor.getParameterTypes())
                                        .allMatch(this::isNameable)
                        ? null
                        : handleOfConstructor();
    }

    /**
     * @throws IllegalAccessException if a field or the constructor cannot be reached at all
     */
    static void check(CompositeType<?> description) throws IllegalAccessException {
        new RecordAccess(description).fields();
    }

    Class<?> type() {
        return type;
    }

    boolean isRecord() {
        return isRecord;
    }

    /** Whether generated code may name the class, because it belongs to the class's nest. */
    boolean isNamed() {
        return host != null;
    }

    /** Where the generated class is defined: a nestmate of the class, or else of this one. */
    MethodHandles.Lookup host() {
        return host != null ? host : ENGINE;
    }

    /** In the order of the description. */
    List<FieldAccess> fields() {
        return fields;
    }

    /** Without parameters, or that of a record with its components. */
    Constructor<?> constructor() {
        return constructor;
    }

    private Constructor<?> findConstructor() {
        Class<?>[] parameters =
                isRecord
                        ? Arrays.stream(type.getRecordComponents())
                                .map(RecordComponent::getType)
                                .toArray(Class<?>[]::new)
                        : new Class<?>[0];
        try {
            return type.getDeclaredConstructor(parameters);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(type.getName() + " has lost its constructor", e);
        }
    }

    /**
     * {@code (primitives and Objects) -> Object}, or null if code may call the constructor by name.
     */
    MethodHandle constructorHandle() {
        return constructorHandle;
    }

    private static Field field(Class<?> type, String name) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            try {
                return c.getDeclaredField(name);
            } catch (NoSuchFieldException e) {
                // look above
            }
        }
        throw new IllegalStateException(type.getName() + " has no field " + name);
    }

    private FieldAccess access(Field field) throws IllegalAccessException {
        if (host != null && isNameable(field)) {
            return new FieldAccess(field, null, null);
        }
        Class<?> carried = carried(field.getType());
        return new FieldAccess(
                field,
                getter(type, field).asType(MethodType.methodType(carried, Object.class)),
                isRecord
                        ? null
                        : setter(type, field)
                                .asType(MethodType.methodType(void.class, Object.class, carried)));
    }

    /**
     * A handle {@code (Object) -> Object} on a field.
     *
     * @throws IllegalStateException if the engine cannot reach it
     */
    static MethodHandle getter(Class<?> type, String name) {
        try {
            return getter(type, field(type, name))
                    .asType(MethodType.methodType(Object.class, Object.class));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(
                    "Field " + name + " of " + type.getName() + " cannot be reached", e);
        }
    }

    private static Class<?> carried(Class<?> declared) {
        return declared.isPrimitive() ? declared : Object.class;
    }

    private boolean isNameable(Field field) {
        Class<?> declaring = field.getDeclaringClass();
        if (declaring != type) {
            int modifiers = field.getModifiers();
            boolean samePackage =
                    declaring.getClassLoader() == type.getClassLoader()
                            && declaring.getPackageName().equals(type.getPackageName());
            boolean reachable =
                    samePackage
                            ? !Modifier.isPrivate(modifiers)
                            : Modifier.isPublic(modifiers)
                                    && Modifier.isPublic(declaring.getModifiers());
            if (!reachable || !isNameable(declaring)) {
                return false;
            }
        }
        return isNameable(field.getType());
    }

    /** Whether the name means this class for the host, and the host may use it. */
    private boolean isNameable(Class<?> named) {
        Class<?> element = named;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        if (element.isPrimitive() || element == type) {
            return true;
        }
        try {
            host.accessClass(element);
            return Class.forName(element.getName(), false, type.getClassLoader()) == element;
        } catch (IllegalAccessException | ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private MethodHandle handleOfConstructor() throws IllegalAccessException {
        MethodHandle handle = lookupIn(constructor).unreflectConstructor(constructor);
        MethodType erased = handle.type().changeReturnType(Object.class);
        for (int i = 0; i < erased.parameterCount(); i++) {
            erased = erased.changeParameterType(i, carried(erased.parameterType(i)));
        }
        return handle.asType(erased);
    }

    /** The field itself where the engine may reach it, else the public way to it. */
    private static MethodHandle getter(Class<?> type, Field field) throws IllegalAccessException {
        try {
            return lookupIn(field).unreflectGetter(field);
        } catch (IllegalAccessException closed) {
            String name = plain(field.getName());
            for (Method method : type.getMethods()) {
                String called = plain(method.getName());
                if (method.getParameterCount() == 0
                        && method.getReturnType() == field.getType()
                        && (called.equals("get" + name)
                                || called.equals("is" + name)
                                || called.equals(name))) {
                    return MethodHandles.publicLookup().unreflect(method);
                }
            }
            throw closed;
        }
    }

    private static MethodHandle setter(Class<?> type, Field field) throws IllegalAccessException {
        try {
            return lookupIn(field).unreflectSetter(field);
        } catch (IllegalAccessException closed) {
            String name = plain(field.getName());
            for (Method method : type.getMethods()) {
                String called = plain(method.getName());
                if (method.getParameterCount() == 1
                        && method.getParameterTypes()[0] == field.getType()
                        && (called.equals("set" + name)
                                || name.startsWith("is")
                                        && called.equals("set" + name.substring(2)))) {
                    MethodHandle handle = MethodHandles.publicLookup().unreflect(method);
                    return handle.asType(handle.type().changeReturnType(void.class));
                }
            }
            throw closed;
        }
    }

    private static MethodHandles.Lookup lookupIn(Member member) throws IllegalAccessException {
        return Modifier.isPublic(member.getModifiers())
                        && Modifier.isPublic(member.getDeclaringClass().getModifiers())
                ? MethodHandles.publicLookup()
                : MethodHandles.privateLookupIn(member.getDeclaringClass(), ENGINE);
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }
}
