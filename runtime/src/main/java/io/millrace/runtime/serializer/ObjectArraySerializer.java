package io.millrace.runtime.serializer;

import java.io.IOException;
import java.lang.reflect.Array;

/**
 * Writes arrays of objects.
 *
 * <p>Format: a header byte with bit 0 for null, bit 1 for an array of another class than declared
 * (its name, then the array as its own serializer writes it) and bit 2 if some elements are null
 * (each then has a flag of its own); the number of elements; the elements.
 */
final class ObjectArraySerializer<T> implements ValueSerializer<T> {
    private static final int OTHER_CLASS = 2;
    private static final int NULL_ELEMENTS = 4;

    private final Class<T> arrayClass;
    private final ValueSerializer<Object> elements;
    private final OwnSerializers own;

    @SuppressWarnings("unchecked")
    ObjectArraySerializer(Class<T> arrayClass, ValueSerializer<?> elements, OwnSerializers own) {
        this.arrayClass = arrayClass;
        this.elements = (ValueSerializer<Object>) elements;
        this.own = own;
    }

    @Override
    public void write(T value, RecordOutput out) throws IOException {
        if (arrayClass.cast(value).getClass() != arrayClass) {
            out.write(OTHER_CLASS);
            own.write(value, out);
            return;
        }
        Object[] array = (Object[]) value;
        boolean hasNull = false;
        for (Object element : array) {
            hasNull |= element == null;
        }
        out.write(hasNull ? NULL_ELEMENTS : 0);
        out.writeVarInt(array.length);
        for (Object element : array) {
            if (hasNull) {
                elements.writeNullable(element, out);
            } else {
                elements.write(element, out);
            }
        }
    }

    @Override
    public void writeNullable(T value, RecordOutput out) throws IOException {
        if (value == null) {
            out.write(NULL);
        } else {
            write(value, out);
        }
    }

    @Override
    public T read(RecordInput in) throws IOException {
        return read(in.readByte(), in);
    }

    @Override
    public T readNullable(RecordInput in) throws IOException {
        int header = in.readByte();
        return header == NULL ? null : read(header, in);
    }

    @SuppressWarnings("unchecked")
    private T read(int header, RecordInput in) throws IOException {
        if (header == OTHER_CLASS) {
            return (T) own.read(in, arrayClass);
        }
        if (header != 0 && header != NULL_ELEMENTS) {
            throw new IOException(
                    "An array begins with the byte " + header + ": the record is damaged");
        }
        int count = in.readCount(1);
        Object[] array = (Object[]) Array.newInstance(arrayClass.getComponentType(), count);
        for (int i = 0; i < count; i++) {
            array[i] = header == 0 ? elements.read(in) : elements.readNullable(in);
        }
        return (T) array;
    }

    @Override
    @SuppressWarnings("unchecked")
    public T copy(T value) {
        Object[] copy = ((Object[]) value).clone();
        if (!elements.isImmutable()) {
            for (int i = 0; i < copy.length; i++) {
                copy[i] = elements.copyNullable(copy[i]);
            }
        }
        return (T) copy;
    }

    @Override
    public boolean isImmutable() {
        return false;
    }
}
