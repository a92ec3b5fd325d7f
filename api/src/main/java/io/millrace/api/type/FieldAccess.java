package io.millrace.api.type;

import io.millrace.api.InvalidProgramException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/** Reflective reading and replacing of one field of a class. */
final class FieldAccess {
    private final Class<?> type;
    private final Field field;
    private final Field[] components;
    private final Constructor<?> canonical;

    private FieldAccess(Class<?> type, Field field) {
        this.type = type;
        this.field = field;
        try {
            field.setAccessible(true);
            if (!type.isRecord()) {
                this.components = null;
                this.canonical = null;
                return;
            }
            RecordComponent[] parts = type.getRecordComponents();
            this.components = new Field[parts.length];
            for (int i = 0; i < parts.length; i++) {
                components[i] = type.getDeclaredField(parts[i].getName());
                components[i].setAccessible(true);
            }
            this.canonical =
                    type.getDeclaredConstructor(
                            Arrays.stream(parts)
                                    .map(RecordComponent::getType)
                                    .toArray(Class<?>[]::new));
            canonical.setAccessible(true);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new InvalidProgramException(
                    "Field "
                            + field.getName()
                            + " of "
                            + type.getName()
                            + " cannot be reached: "
                            + e.getMessage(),
                    e);
        }
    }

    static FieldAccess of(Class<?> type, String name) {
        Field field = find(type, name);
        if (field == null) {
            throw new IllegalStateException(type.getName() + " has no field " + name);
        }
        return new FieldAccess(type, field);
    }

    /** The field of that name in the class or above it, or null. */
    static Field find(Class<?> type, String name) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            try {
                return c.getDeclaredField(name);
            } catch (NoSuchFieldException e) {
                // look above
            }
        }
        return null;
    }

    Object get(Object record) {
        try {
            return field.get(record);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(field + " was made accessible but is not", e);
        }
    }

    /** The record itself with the field replaced; a new one if it is a Java record. */
    Object set(Object record, Object value) {
        try {
            if (canonical == null) {
                field.set(record, value);
                return record;
            }
            Object[] values = new Object[components.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = components[i].equals(field) ? value : components[i].get(record);
            }
            return canonical.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "The constructor of "
                            + type.getName()
                            + " refused "
                            + value
                            + " as "
                            + field.getName(),
                    e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(field + " was made accessible but is not", e);
        }
    }

    /** As {@link FieldAccessor#getter}. */
    MethodHandle getter() {
        return getter(field);
    }

    private MethodHandle getter(Field of) {
        try {
            return MethodHandles.lookup()
                    .unreflectGetter(of)
                    .asType(MethodType.methodType(of.getType(), Object.class));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(of + " was made accessible but is not", e);
        }
    }

    /** As {@link FieldAccessor#replacer}. */
    MethodHandle replacer() {
        MethodType replacing = MethodType.methodType(Object.class, Object.class, field.getType());
        try {
            if (canonical == null) {
                MethodHandle setter =
                        MethodHandles.lookup()
                                .unreflectSetter(field)
                                .asType(replacing.changeReturnType(void.class));
                MethodHandle record =
                        MethodHandles.dropArguments(
                                MethodHandles.identity(Object.class), 1, field.getType());
                return MethodHandles.foldArguments(record, setter);
            }
            MethodHandle made = MethodHandles.lookup().unreflectConstructor(canonical);
            int[] order = new int[components.length];
            for (int i = 0; i < components.length; i++) {
                if (components[i].equals(field)) {
                    order[i] = 1;
                } else {
                    made = MethodHandles.filterArguments(made, i, getter(components[i]));
                }
            }
            return MethodHandles.permuteArguments(
                    made.asType(made.type().changeReturnType(Object.class)), replacing, order);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(field + " was made accessible but is not", e);
        }
    }
}
