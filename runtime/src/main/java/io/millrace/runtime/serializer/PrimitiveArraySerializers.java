package io.millrace.runtime.serializer;

import java.io.IOException;
import java.util.function.UnaryOperator;

/** Writes arrays of primitives: the number of elements, then the elements at full width. */
final class PrimitiveArraySerializers {
    private PrimitiveArraySerializers() {}

    @FunctionalInterface
    private interface Writer<T> {
        void write(T array, RecordOutput out);
    }

    @FunctionalInterface
    private interface Reader<T> {
        T read(RecordInput in) throws IOException;
    }

    private record Primitives<T>(
            int bytesEach, Writer<T> writer, Reader<T> reader, UnaryOperator<T> copier)
            implements ValueSerializer<T> {
        @Override
        public void write(T value, RecordOutput out) {
            writer.write(value, out);
        }

        @Override
        public T read(RecordInput in) throws IOException {
            return reader.read(in);
        }

        @Override
        public void skip(RecordInput in) throws IOException {
            in.take(in.readCount(bytesEach) * bytesEach);
        }

        @Override
        public T copy(T value) {
            return copier.apply(value);
        }

        @Override
        public boolean isImmutable() {
            return false;
        }
    }

    static ValueSerializer<?> of(Class<?> component) {
        if (component == byte.class) {
            return new Primitives<byte[]>(
                    1,
                    (array, out) -> {
                        out.writeVarInt(array.length);
                        out.write(array);
                    },
                    in -> {
                        byte[] array = new byte[in.readCount(1)];
                        in.readFully(array);
                        return array;
                    },
                    byte[]::clone);
        }
        if (component == boolean.class) {
            return new Primitives<boolean[]>(
                    1,
                    (array, out) -> {
                        out.writeVarInt(array.length);
                        for (boolean element : array) {
                            out.writeBoolean(element);
                        }
                    },
                    in -> {
                        boolean[] array = new boolean[in.readCount(1)];
                        for (int i = 0; i < array.length; i++) {
                            array[i] = in.readBoolean();
                        }
                        return array;
                    },
                    boolean[]::clone);
        }
        if (component == short.class) {
            return new Primitives<short[]>(
                    2,
                    (array, out) -> {
                        out.writeVarInt(array.length);
                        for (short element : array) {
                            out.writeShort(element);
                        }
                    },
                    in -> {
                        short[] array = new short[in.readCount(Short.BYTES)];
                        for (int i = 0; i < array.length; i++) {
                            array[i] = in.readShort();
                        }
                        return array;
                    },
                    short[]::clone);
        }
        if (component == char.class) {
            return new Primitives<char[]>(
                    2,
                    (array, out) -> {
                        out.writeVarInt(array.length);
                        for (char element : array) {
                            out.writeChar(element);
                        }
                    },
                    in -> {
                        char[] array = new char[in.readCount(Character.BYTES)];
                        for (int i = 0; i < array.length; i++) {
                            array[i] = in.readChar();
                        }
                        return array;
                    },
                    char[]::clone);
        }
        if (component == int.class) {
            return new Primitives<int[]>(
                    4,
                    (array, out) -> {
                        out.writeVarInt(array.length);
                        for (int element : array) {
                            out.writeInt(element);
                        }
                    },
                    in -> {
                        int[] array = new int[in.readCount(Integer.BYTES)];
                        for (int i = 0; i < array.length; i++) {
                            array[i] = in.readInt();
                        }
                        return array;
                    },
                    int[]::clone);
        }
        if (component == long.class) {
            return new Primitives<long[]>(
                    8,
                    (array, out) -> {
                        out.writeVarInt(array.length);
                        for (long element : array) {
                            out.writeLong(element);
                        }
                    },
                    in -> {
                        long[] array = new long[in.readCount(Long.BYTES)];
                        for (int i = 0; i < array.length; i++) {
                            array[i] = in.readLong();
                        }
                        return array;
                    },
                    long[]::clone);
        }
        if (component == float.class) {
            return new Primitives<float[]>(
                    4,
                    (array, out) -> {
                        out.writeVarInt(array.length);
                        for (float element : array) {
                            out.writeFloat(element);
                        }
                    },
                    in -> {
                        float[] array = new float[in.readCount(Float.BYTES)];
                        for (int i = 0; i < array.length; i++) {
                            array[i] = in.readFloat();
                        }
                        return array;
                    },
                    float[]::clone);
        }
        if (component == double.class) {
            return new Primitives<double[]>(
                    8,
                    (array, out) -> {
                        out.writeVarInt(array.length);
                        for (double element : array) {
                            out.writeDouble(element);
                        }
                    },
                    in -> {
                        double[] array = new double[in.readCount(Double.BYTES)];
                        for (int i = 0; i < array.length; i++) {
                            array[i] = in.readDouble();
                        }
                        return array;
                    },
                    double[]::clone);
        }
        throw new IllegalArgumentException(component + " is no primitive");
    }
}
