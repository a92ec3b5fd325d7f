package io.millrace.runtime.serializer;

import io.millrace.api.type.TypeExtractor;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes values with the serializer of their own class, after its name: subclasses, and what is of
 * no known type.
 *
 * <p>Format: the class name in full, since a reader may begin at any record; then the value.
 *
 * <p>Invariant: no value is nested deeper than {@link #MAX_DEPTH} of these, so that neither a
 * cyclic value nor damaged bytes exhaust the stack.
 *
 * <p>Threads: as {@link TypeSerializer}.
 */
final class OwnSerializers {
    /** Lets linked lists of some length through and fits a stack of 512 KiB. */
    static final int MAX_DEPTH = 500;

    private final SerializerCompiler compiler;
    private final ClassLoader loader;
    private final Map<Class<?>, ValueSerializer<Object>> byClass = new HashMap<>();
    private final Map<String, Class<?>> byName = new HashMap<>();
    private final Map<Class<?>, Map<String, FieldReader>> fields = new HashMap<>();
    private int depth;

    OwnSerializers(SerializerCompiler compiler, ClassLoader loader) {
        this.compiler = compiler;
        this.loader = loader;
    }

    /** Whether the values written are keys. */
    boolean forKeys() {
        return compiler.encoding() == Encoding.KEY;
    }

    @SuppressWarnings("unchecked")
    ValueSerializer<Object> of(Class<?> type) {
        ValueSerializer<Object> found = byClass.get(type);
        if (found == null) {
            found = (ValueSerializer<Object>) compiler.compile(TypeExtractor.forClass(type));
            byClass.put(type, found);
        }
        return found;
    }

    void write(Object value, RecordOutput out) throws IOException {
        Class<?> type = value.getClass();
        if (type.isHidden()) {
            throw new IOException(
                    "A value is a lambda or of another class without a name ("
                            + type.getName()
                            + ") and cannot be serialized; emit data instead");
        }
        out.writeString(type.getName());
        writeAs(of(type), value, out);
    }

    /** Writes without the name, for what the reader knows by other means. */
    void writeAs(ValueSerializer<Object> serializer, Object value, RecordOutput out)
            throws IOException {
        enter();
        try {
            serializer.write(value, out);
        } finally {
            depth--;
        }
    }

    Object read(RecordInput in, Class<?> bound) throws IOException {
        return readAs(of(nextClass(in, bound)), in);
    }

    void skip(RecordInput in, Class<?> bound) throws IOException {
        skipAs(of(nextClass(in, bound)), in);
    }

    /** Reads a field of the value whose class is named next. */
    FieldReader fieldOf(RecordInput in, Class<?> bound, String field) throws IOException {
        Class<?> type = nextClass(in, bound);
        Map<String, FieldReader> ofClass = fields.computeIfAbsent(type, c -> new HashMap<>());
        FieldReader found = ofClass.get(field);
        if (found == null) {
            found = compiler.field(TypeExtractor.forClass(type), field);
            ofClass.put(field, found);
        }
        return found;
    }

    private Class<?> nextClass(RecordInput in, Class<?> bound) throws IOException {
        String name = in.readString();
        Class<?> type = byName.get(name);
        if (type == null) {
            try {
                type = Class.forName(name, false, loader);
            } catch (ClassNotFoundException | LinkageError e) {
                throw new IOException(
                        "A record holds a "
                                + name
                                + ", which the job's jars do not: the record is damaged, or a jar"
                                + " is missing on this worker",
                        e);
            }
            byName.put(name, type);
        }
        if (!bound.isAssignableFrom(type)) {
            throw new IOException(
                    "A record holds a "
                            + name
                            + " where a "
                            + bound.getName()
                            + " belongs: it is damaged");
        }
        return type;
    }

    Object readAs(ValueSerializer<Object> serializer, RecordInput in) throws IOException {
        enter();
        try {
            return serializer.read(in);
        } finally {
            depth--;
        }
    }

    void skipAs(ValueSerializer<Object> serializer, RecordInput in) throws IOException {
        enter();
        try {
            serializer.skip(in);
        } finally {
            depth--;
        }
    }

    @SuppressWarnings("unchecked")
    <T> T copy(T value) {
        ValueSerializer<Object> serializer = of(value.getClass());
        if (serializer.isImmutable()) {
            return value;
        }
        if (depth >= MAX_DEPTH) {
            throw new IllegalStateException(tooDeep());
        }
        depth++;
        try {
            return (T) serializer.copy(value);
        } finally {
            depth--;
        }
    }

    private void enter() throws IOException {
        if (depth >= MAX_DEPTH) {
            throw new IOException(tooDeep());
        }
        depth++;
    }

    private static String tooDeep() {
        return "A record holds values nested more than "
                + MAX_DEPTH
                + " deep, or one that contains itself; keep such structures in a list";
    }
}
