package io.millrace.api.type;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Serializable;
import java.io.Writer;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Channel;
import java.nio.charset.Charset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;

/** Says which types have values that no serializer can write. */
final class Writability {
    /** What only means something in the process that has made it. */
    private static final List<Class<?>> HANDLES =
            List.of(
                    InputStream.class,
                    OutputStream.class,
                    Reader.class,
                    Writer.class,
                    Channel.class,
                    Socket.class,
                    ServerSocket.class,
                    BaseStream.class,
                    Thread.class,
                    ClassLoader.class,
                    Executor.class,
                    Future.class,
                    Process.class);

    private static final String HANDLE = "is a handle on something of the process that has made it";

    /** Classes of the JDK that are not serializable, but have a serializer of ours or Kryo's. */
    private static final List<Class<?>> KNOWN =
            List.of(
                    Charset.class,
                    Optional.class,
                    OptionalInt.class,
                    OptionalLong.class,
                    OptionalDouble.class);

    private Writability() {}

    /** Why no value of the type can be written, and where in it; null if that is not certain. */
    static String refusal(TypeInformation<?> type) {
        return refusal(type, "");
    }

    private static String refusal(TypeInformation<?> type, String path) {
        if (type instanceof CompositeType<?> composite) {
            for (TypeField field : composite.fields()) {
                String refusal =
                        refusal(
                                field.type(),
                                path.isEmpty() ? field.name() : path + "." + field.name());
                if (refusal != null) {
                    return refusal;
                }
            }
            return null;
        }
        if (type instanceof ListTypeInfo<?> list) {
            return refusal(list.getElementTypeInfo(), path + "[]");
        }
        if (type instanceof CollectionTypeInfo<?, ?> collection) {
            return refusal(collection.getElementTypeInfo(), path + "[]");
        }
        if (type instanceof ObjectArrayTypeInfo<?, ?> array) {
            return refusal(array.getComponentInfo(), path + "[]");
        }
        if (type instanceof OptionalTypeInfo<?> optional) {
            return refusal(optional.getElementTypeInfo(), path);
        }
        if (type instanceof MapTypeInfo<?, ?> map) {
            String ofKey = refusal(map.getKeyTypeInfo(), path + "[key]");
            return ofKey != null ? ofKey : refusal(map.getValueTypeInfo(), path + "[value]");
        }
        String problem = null;
        if (type instanceof GenericTypeInfo<?>) {
            problem = problem(type.getTypeClass());
        } else if (type instanceof UnknownTypeInfo<?> && isHandle(type.getTypeClass())) {
            problem = HANDLE;
        }
        return problem == null ? null : sentence(type.getTypeClass(), path, problem);
    }

    private static String sentence(Class<?> type, String path, String problem) {
        boolean whole = path.isEmpty();
        return (whole ? "a " : "its part " + path + " is a ")
                + type.getName()
                + (whole ? " " : ", which ")
                + problem
                + (whole
                        ? ". Make it in open() of the function that uses it, and emit what is read"
                                + " from it."
                        : ". Make the field transient, or emit what is read from it.");
    }

    private static String problem(Class<?> type) {
        if (isHandle(type)) {
            return HANDLE;
        }
        if (Serializable.class.isAssignableFrom(type)
                || Collection.class.isAssignableFrom(type)
                || Map.class.isAssignableFrom(type)
                || KNOWN.stream().anyMatch(known -> known.isAssignableFrom(type))) {
            return null;
        }
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            if (c.getName().startsWith("java.") && hasFields(c)) {
                return c == type
                        ? "belongs to the JDK, is not serializable and cannot be looked into"
                        : "extends "
                                + c.getName()
                                + ", which is not serializable and cannot be looked into";
            }
        }
        return null;
    }

    private static boolean isHandle(Class<?> type) {
        return HANDLES.stream().anyMatch(handle -> handle.isAssignableFrom(type))
                || (type.isInterface() && type.getName().startsWith("java.sql."));
    }

    private static boolean hasFields(Class<?> type) {
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())
                    && !Modifier.isTransient(field.getModifiers())) {
                return true;
            }
        }
        return false;
    }
}
