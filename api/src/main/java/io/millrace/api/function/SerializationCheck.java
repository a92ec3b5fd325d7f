package io.millrace.api.function;

import io.millrace.api.InvalidProgramException;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamField;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Refuses what cannot travel to the workers when the program adds it, and names the field that
 * cannot.
 *
 * <p>Errors: {@link InvalidProgramException} with the operator, the path of the field and its
 * class.
 */
public final class SerializationCheck {
    /** Path of the object that a lambda has captured as its this. */
    private static final String LAMBDAS_OBJECT = "this";

    private SerializationCheck() {}

    private static String described(Object value) {
        SerializedLambda lambda = lambdaForm(value);
        return lambda == null ? value.getClass().getName() : source(lambda, value).description();
    }

    private static LambdaSource source(SerializedLambda lambda, Object value) {
        return new LambdaSource(lambda, value.getClass().getClassLoader());
    }

    /**
     * Refuses a value that cannot be written, unless it is only the object it was made in that
     * cannot, and none of its code reads that: then the value forgets it.
     *
     * @param what e.g. {@code The function}
     * @param operator name of the operator
     * @return the value
     */
    public static <T> T check(String what, T value, String operator) {
        Exception failure = failureOf(value);
        if (failure != null && EnclosingInstance.dropIfUnread(value)) {
            failure = failureOf(value);
        }
        if (failure == null) {
            return value;
        }
        Culprit culprit =
                find(value, "", Collections.newSetFromMap(new IdentityHashMap<>()), failure);
        throw new InvalidProgramException(
                what
                        + " of operator '"
                        + operator
                        + "' ("
                        + described(value)
                        + ") cannot be sent to the workers: "
                        + culprit.sentence(),
                failure);
    }

    /** What is thrown when the value is written; null if it can be written. */
    private static Exception failureOf(Object value) {
        try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
            out.writeObject(value);
            return null;
        } catch (IOException | RuntimeException e) {
            return e;
        }
    }

    /**
     * The deepest object on the way that fails.
     *
     * @param path how the function reaches it; empty for the function itself
     * @param failure why it cannot be written
     */
    private record Culprit(String path, Object value, Exception failure) {
        String sentence() {
            String type = value.getClass().getTypeName();
            String subject = path.isEmpty() ? "it" : path;
            if (value instanceof Serializable && !(failure instanceof NotSerializableException)) {
                return subject + " (" + type + ") fails while it is written: " + failure + ".";
            }
            if (path.equals(LAMBDAS_OBJECT) || path.startsWith(LAMBDAS_OBJECT + ".")) {
                return "it uses a field or method of the object it was made in, and "
                        + (path.equals(LAMBDAS_OBJECT)
                                ? "that"
                                : "its " + path.substring(LAMBDAS_OBJECT.length() + 1))
                        + " is a "
                        + type
                        + ", which is not serializable. Copy what it needs into a local variable in"
                        + " front of it.";
            }
            if (path.endsWith("this$0") || path.contains("this$0.")) {
                return "it keeps the object it was made in, and "
                        + subject
                        + " is a "
                        + type
                        + ", which is not serializable. Make the function a static nested class or"
                        + " a lambda that uses no field or method of that object.";
            }
            return subject
                    + " is a "
                    + type
                    + ", which is not serializable. "
                    + (path.startsWith("captured variable")
                            ? "Make it in open() of a rich function instead,"
                            : path.isEmpty()
                                    ? "Make it a lambda or a class that implements"
                                            + " java.io.Serializable,"
                                    : "Make the field transient and fill it in open(),")
                    + (path.isEmpty()
                            ? " as the interfaces of functions do."
                            : " or make its class implement java.io.Serializable.");
        }
    }

    private static Culprit find(Object value, String path, Set<Object> seen, Exception failure) {
        seen.add(value);
        Culprit deeper = null;
        if (value instanceof Object[] array) {
            for (int i = 0; i < Array.getLength(array) && deeper == null; i++) {
                deeper = at(array[i], path + "[" + i + "]", seen);
            }
        } else if (value instanceof Collection<?> collection) {
            int i = 0;
            for (Object element : collection) {
                deeper = deeper == null ? at(element, path + "[" + i++ + "]", seen) : deeper;
            }
        } else if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (deeper == null) {
                    deeper = at(entry.getKey(), path + "[a key]", seen);
                }
                if (deeper == null) {
                    deeper = at(entry.getValue(), path + "[" + entry.getKey() + "]", seen);
                }
            }
        } else if (value instanceof Serializable) {
            SerializedLambda lambda = lambdaForm(value);
            deeper =
                    lambda != null
                            ? inCaptured(source(lambda, value), lambda, path, seen)
                            : inFields(value, path, seen);
        }
        return deeper != null ? deeper : new Culprit(path, value, failure);
    }

    private static Culprit at(Object value, String path, Set<Object> seen) {
        if (value == null || seen.contains(value)) {
            return null;
        }
        Exception failure = failureOf(value);
        return failure == null ? null : find(value, path, seen, failure);
    }

    private static Culprit inCaptured(
            LambdaSource source, SerializedLambda lambda, String path, Set<Object> seen) {
        for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
            Culprit culprit =
                    at(
                            lambda.getCapturedArg(i),
                            i == 0 && source.capturesItsObject()
                                    ? path.isEmpty() ? LAMBDAS_OBJECT : path + ".this"
                                    : dotted(path, source.captured(i)),
                            seen);
            if (culprit != null) {
                return culprit;
            }
        }
        return null;
    }

    /** Looks into the fields that Java serialization writes, those of the class itself first. */
    private static Culprit inFields(Object value, String path, Set<Object> seen) {
        for (Class<?> type = value.getClass(); type != null; type = type.getSuperclass()) {
            ObjectStreamClass form = ObjectStreamClass.lookup(type);
            if (form == null) {
                return null;
            }
            for (ObjectStreamField written : form.getFields()) {
                Object content =
                        written.isPrimitive() ? null : read(value, type, written.getName());
                Culprit culprit = at(content, dotted(path, named(written.getName())), seen);
                if (culprit != null) {
                    return culprit;
                }
            }
        }
        return null;
    }

    /** Null also when the JDK does not let us look. */
    private static Object read(Object value, Class<?> type, String name) {
        try {
            Field field = type.getDeclaredField(name);
            return field.trySetAccessible() ? field.get(value) : null;
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    private static String named(String field) {
        return field.startsWith("val$") ? "captured variable " + field.substring(4) : field;
    }

    private static String dotted(String path, String field) {
        if (!path.isEmpty()) {
            return path + "." + field;
        }
        return field.startsWith("captured") || field.startsWith("the object")
                ? field
                : "field " + field;
    }

    /** The written form of a lambda or method reference; null for everything else. */
    private static SerializedLambda lambdaForm(Object value) {
        if (!value.getClass().isSynthetic()) {
            return null;
        }
        try {
            Method method = value.getClass().getDeclaredMethod("writeReplace");
            method.setAccessible(true);
            return method.invoke(value) instanceof SerializedLambda lambda ? lambda : null;
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
