package io.millrace.runtime.serializer;

import java.io.IOException;
import java.util.function.UnaryOperator;

/**
 * Writes the values of one class of the JDK; see {@link BasicSerializers}.
 *
 * <p>Threads: any.
 */
final class BasicSerializer<T> implements ValueSerializer<T> {
    @FunctionalInterface
    interface Writer<T> {
        void write(T value, RecordOutput out) throws IOException;
    }

    @FunctionalInterface
    interface Reader<T> {
        T read(RecordInput in) throws IOException;
    }

    private final int bytes;
    private final Writer<T> writer;
    private final Reader<T> reader;
    private final UnaryOperator<T> copier;

    /**
     * @param bytes that each value takes, or 0 if they differ
     * @param copier null for values that cannot be changed
     */
    BasicSerializer(int bytes, Writer<T> writer, Reader<T> reader, UnaryOperator<T> copier) {
        this.bytes = bytes;
        this.writer = writer;
        this.reader = reader;
        this.copier = copier;
    }

    /** What the constructor of a copy of this class is given to do the same. */
    Object[] arguments() {
        return new Object[] {bytes, writer, reader, copier};
    }

    @Override
    public void write(T value, RecordOutput out) throws IOException {
        writer.write(value, out);
    }

    @Override
    public T read(RecordInput in) throws IOException {
        return reader.read(in);
    }

    @Override
    public void skip(RecordInput in) throws IOException {
        if (bytes > 0) {
            in.take(bytes);
        } else {
            reader.read(in);
        }
    }

    @Override
    public T copy(T value) {
        return copier == null ? value : copier.apply(value);
    }

    @Override
    public boolean isImmutable() {
        return copier == null;
    }
}
