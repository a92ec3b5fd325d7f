package io.millrace.runtime.serializer;

import java.io.IOException;
import java.lang.invoke.MethodHandle;

/** Makes the whole record to read a field of it, for classes that Kryo writes. */
final class FieldOfObject implements FieldReader {
    private final ValueSerializer<?> records;
    private final MethodHandle getter;

    /**
     * @param getter {@code (Object) -> Object}
     */
    FieldOfObject(ValueSerializer<?> records, MethodHandle getter) {
        this.records = records;
        this.getter = getter;
    }

    @Override
    public Object read(RecordInput in) throws IOException {
        try {
            Object record = records.readNullable(in);
            if (record == null) {
                throw FieldSeeker.nullRecord("record");
            }
            return (Object) getter.invokeExact(record);
        } catch (IOException | VirtualMachineError e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("The field of a record cannot be read: " + e, e);
        }
    }

    private Object present(RecordInput in) throws IOException {
        Object value = read(in);
        if (value == null) {
            throw new IOException("A field is null, not a number");
        }
        return value;
    }

    @Override
    public long readLong(RecordInput in) throws IOException {
        Object value = present(in);
        return value instanceof Long number ? number : integer(value);
    }

    @Override
    public int readInt(RecordInput in) throws IOException {
        return integer(present(in));
    }

    private static int integer(Object value) {
        return value instanceof Short || value instanceof Byte
                ? ((Number) value).intValue()
                : (Integer) value;
    }

    @Override
    public double readDouble(RecordInput in) throws IOException {
        Object value = present(in);
        return value instanceof Float number ? number : (Double) value;
    }
}
