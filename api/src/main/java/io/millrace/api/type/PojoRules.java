package io.millrace.api.type;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Says whether a class is a POJO and which rule it breaks if it is none.
 *
 * <p>The rules for fields and constructors protect a public class from being taken apart by
 * accident. One that is not public is the job's own: it needs a constructor without arguments, of
 * whatever access, and no final field.
 */
final class PojoRules {
    private PojoRules() {}

    /** A sentence that names the class, the field and the rule; null for a POJO. */
    static String refusal(Class<?> type) {
        String structure = structuralRefusal(type);
        if (structure != null) {
            return structure;
        }
        String previous = null;
        for (Field field : fields(type)) {
            String problem = fieldProblem(type, field);
            if (field.getName().equals(previous)) {
                problem = "is declared twice, in the class and in one above it";
            }
            previous = field.getName();
            if (problem != null) {
                return type.getName()
                        + " is no POJO: its field "
                        + field.getName()
                        + (field.getDeclaringClass() == type
                                ? " "
                                : ", inherited from " + field.getDeclaringClass().getName() + ", ")
                        + problem
                        + ".";
            }
        }
        return null;
    }

    /** The rules that concern the class as a whole. */
    static String structuralRefusal(Class<?> type) {
        String problem = null;
        if (isJdk(type)) {
            problem = "it belongs to the JDK";
        } else if (Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type)) {
            problem = "it is a collection of its own kind; declare it as List, Set or Map";
        } else if (Throwable.class.isAssignableFrom(type)) {
            problem = "it is an exception";
        } else if (type.isHidden() || type.isSynthetic()) {
            problem = "it is a lambda";
        } else if (type.isLocalClass() || type.isAnonymousClass()) {
            problem = "it is declared inside a method";
        } else if (type.isMemberClass() && !Modifier.isStatic(type.getModifiers())) {
            problem = "it is an inner class that is not static";
        } else if (Arrays.stream(constructors(type))
                .noneMatch(constructor -> constructor.getParameterCount() == 0)) {
            problem =
                    "it has no "
                            + (isPublic(type) ? "public " : "")
                            + "constructor without arguments";
        }
        return problem == null ? null : type.getName() + " is no POJO: " + problem + ".";
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers());
    }

    private static boolean isJdk(Class<?> type) {
        return type.getClassLoader() == null
                || type.getName().startsWith("java.")
                || type.getName().startsWith("javax.");
    }

    /** Those of a class that is not public need not be so either. */
    private static Constructor<?>[] constructors(Class<?> type) {
        return isPublic(type) ? type.getConstructors() : type.getDeclaredConstructors();
    }

    /** The fields that are written: neither static nor transient, also inherited, by name. */
    static List<Field> fields(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                int modifiers = field.getModifiers();
                if (!Modifier.isStatic(modifiers)
                        && !Modifier.isTransient(modifiers)
                        && !field.isSynthetic()) {
                    fields.add(field);
                }
            }
        }
        fields.sort(Comparator.comparing(Field::getName));
        return fields;
    }

    private static String fieldProblem(Class<?> type, Field field) {
        int modifiers = field.getModifiers();
        if (Modifier.isFinal(modifiers)) {
            return "is final; make the class a record";
        }
        if (isJdk(field.getDeclaringClass())) {
            return "belongs to the JDK";
        }
        // Nobody but its own code could call the accessors of a class that is not public.
        if (Modifier.isPublic(modifiers) || !isPublic(type)) {
            return null;
        }
        boolean getter = false;
        boolean setter = false;
        String name = plain(field.getName());
        for (Method method : type.getMethods()) {
            if (Modifier.isStatic(method.getModifiers())) {
                continue;
            }
            String called = plain(method.getName());
            getter |=
                    method.getParameterCount() == 0
                            && method.getReturnType() == field.getType()
                            && (called.equals("get" + name)
                                    || called.equals("is" + name)
                                    || called.equals(name));
            setter |=
                    method.getParameterCount() == 1
                            && method.getParameterTypes()[0] == field.getType()
                            && (called.equals("set" + name)
                                    || name.startsWith("is")
                                            && called.equals("set" + name.substring(2)));
        }
        if (getter && setter) {
            return null;
        }
        return "is not public and has no public "
                + (getter ? "setter" : setter ? "getter" : "getter and setter");
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }
}
