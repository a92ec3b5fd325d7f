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
                        int at = reserve(array.length, 1, out);
                        byte[] bytes = out.bytes();
                        for (int i = 0; i < array.length; i++) {
                            RecordOutput.putBoolean(bytes, at + 1 * i, array[i]);
                        }
                    },
                    in -> {
                        boolean[] array = new boolean[in.readCount(1)];
                        int at = in.take(1 * array.length);
                        byte[] bytes = in.bytes();
                        for (int i = 0; i < array.length; i++) {
                            array[i] = RecordInput.getBoolean(bytes, at + 1 * i);
                        }
                        return array;
                    },
                    boolean[]::clone);
        }
        if (component == short.class) {
            return new Primitives<short[]>(
                    2,
                    (array, out) -> {
                        int at = reserve(array.length, 2, out);
                        byte[] bytes = out.bytes();
                        for (int i = 0; i < array.length; i++) {
                            RecordOutput.putShort(bytes, at + 2 * i, array[i]);
                        }
                    },
                    in -> {
                        short[] array = new short[in.readCount(2)];
                        int at = in.take(2 * array.length);
                        byte[] bytes = in.bytes();
                        for (int i = 0; i < array.length; i++) {
                            array[i] = RecordInput.getShort(bytes, at + 2 * i);
                        }
                        return array;
                    },
                    short[]::clone);
        }
        if (component == char.class) {
            return new Primitives<char[]>(
                    2,
                    (array, out) -> {
                        int at = reserve(array.length, 2, out);
                        byte[] bytes = out.bytes();
                        for (int i = 0; i < array.length; i++) {
                            RecordOutput.putChar(bytes, at + 2 * i, array[i]);
                        }
                    },
                    in -> {
                        char[] array = new char[in.readCount(2)];
                        int at = in.take(2 * array.length);
                        byte[] bytes = in.bytes();
                        for (int i = 0; i < array.length; i++) {
                            array[i] = RecordInput.getChar(bytes, at + 2 * i);
                        }
                        return array;
                    },
                    char[]::clone);
        }
        if (component == int.class) {
            return new Primitives<int[]>(
                    4,
                    (array, out) -> {
                        int at = reserve(array.length, 4, out);
                        byte[] bytes = out.bytes();
                        for (int i = 0; i < array.length; i++) {
                            RecordOutput.putInt(bytes, at + 4 * i, array[i]);
                        }
                    },
                    in -> {
                        int[] array = new int[in.readCount(4)];
                        int at = in.take(4 * array.length);
                        byte[] bytes = in.bytes();
                        for (int i = 0; i < array.length; i++) {
                            array[i] = RecordInput.getInt(bytes, at + 4 * i);
                        }
                        return array;
                    },
                    int[]::clone);
        }
        if (component == long.class) {
            return new Primitives<long[]>(
                    8,
                    (array, out) -> {
                        int at = reserve(array.length, 8, out);
                        byte[] bytes = out.bytes();
                        for (int i = 0; i < array.length; i++) {
                            RecordOutput.putLong(bytes, at + 8 * i, array[i]);
                        }
                    },
                    in -> {
                        long[] array = new long[in.readCount(8)];
                        int at = in.take(8 * array.length);
                        byte[] bytes = in.bytes();
                        for (int i = 0; i < array.length; i++) {
                            array[i] = RecordInput.getLong(bytes, at + 8 * i);
                        }
                        return array;
                    },
                    long[]::clone);
        }
        if (component == float.class) {
            return new Primitives<float[]>(
                    4,
                    (array, out) -> {
                        int at = reserve(array.length, 4, out);
                        byte[] bytes = out.bytes();
                        for (int i = 0; i < array.length; i++) {
                            RecordOutput.putFloat(bytes, at + 4 * i, array[i]);
                        }
                    },
                    in -> {
                        float[] array = new float[in.readCount(4)];
                        int at = in.take(4 * array.length);
                        byte[] bytes = in.bytes();
                        for (int i = 0; i < array.length; i++) {
                            array[i] = RecordInput.getFloat(bytes, at + 4 * i);
                        }
                        return array;
                    },
                    float[]::clone);
        }
        if (component == double.class) {
            return new Primitives<double[]>(
                    8,
                    (array, out) -> {
                        int at = reserve(array.length, 8, out);
                        byte[] bytes = out.bytes();
                        for (int i = 0; i < array.length; i++) {
                            RecordOutput.putDouble(bytes, at + 8 * i, array[i]);
                        }
                    },
                    in -> {
                        double[] array = new double[in.readCount(8)];
                        int at = in.take(8 * array.length);
                        byte[] bytes = in.bytes();
                        for (int i = 0; i < array.length; i++) {
                            array[i] = RecordInput.getDouble(bytes, at + 8 * i);
                        }
                        return array;
                    },
                    double[]::clone);
        }
        throw new IllegalArgumentException(component + " is no primitive");
    }

    /** Room for the elements, behind their number. */
    private static int reserve(int count, int bytesEach, RecordOutput out) {
        out.writeVarInt(count);
        return out.reserve(Math.multiplyExact(count, bytesEach));
    }
}
