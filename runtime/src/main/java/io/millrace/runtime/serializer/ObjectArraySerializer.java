package io.millrace.runtime.serializer;

import java.io.IOException;
import java.lang.reflect.Array;

/**
 * Writes arrays of objects.
 *
 * <p>Format: the flags of {@link FlaggedSerializer} (if some elements are null, each has a flag of
 * its own); the number of elements; the elements.
 */
final class ObjectArraySerializer<T> implements FlaggedSerializer<T> {
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
        out.write(hasNull ? NULL_PARTS : 0);
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
    @SuppressWarnings("unchecked")
    public T read(int flags, RecordInput in) throws IOException {
        if (flags == OTHER_CLASS) {
            return (T) own.read(in, arrayClass);
        }
        checkFlags(flags);
        int count = in.readCount(1);
        Object[] array = (Object[]) Array.newInstance(arrayClass.getComponentType(), count);
        for (int i = 0; i < count; i++) {
            array[i] = flags == 0 ? elements.read(in) : elements.readNullable(in);
        }
        return (T) array;
    }

    @Override
    public void skip(int flags, RecordInput in) throws IOException {
        if (flags == OTHER_CLASS) {
            own.skip(in, arrayClass);
            return;
        }
        checkFlags(flags);
        for (int count = in.readCount(1); count > 0; count--) {
            if (flags == 0) {
                elements.skip(in);
            } else {
                elements.skipNullable(in);
            }
        }
    }

    private void checkFlags(int flags) throws IOException {
        if (flags != 0 && flags != NULL_PARTS) {
            throw FlaggedSerializer.unknownFlags(arrayClass.getTypeName(), flags);
        }
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
