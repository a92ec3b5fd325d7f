package io.millrace.runtime.exchange;

import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;

/**
 * Writes and reads what travels on an edge that may carry {@link Partial}s among its records.
 *
 * <p>Format: a byte, 0 and a record, or 1 and a partial: key, contents, number of records 8.
 */
public final class PartialSerializer implements TypeSerializer<Object> {
    private static final int RECORD = 0;
    private static final int PARTIAL = 1;

    private final TypeSerializer<Object> records;
    private final TypeSerializer<Object> keys;
    private final TypeSerializer<Object> contents;

    public PartialSerializer(
            TypeSerializer<Object> records,
            TypeSerializer<Object> keys,
            TypeSerializer<Object> contents) {
        this.records = records;
        this.keys = keys;
        this.contents = contents;
    }

    @Override
    public void serialize(Object value, RecordOutput out) throws IOException {
        if (value instanceof Partial partial) {
            out.writeByte(PARTIAL);
            keys.serialize(partial.key(), out);
            contents.serialize(partial.contents(), out);
            out.writeLong(partial.records());
        } else {
            out.writeByte(RECORD);
            records.serialize(value, out);
        }
    }

    @Override
    public Object deserialize(RecordInput in) throws IOException {
        int kind = in.readUnsignedByte();
        if (kind == RECORD) {
            return records.deserialize(in);
        }
        if (kind != PARTIAL) {
            throw new IOException("neither a record nor a combination of some begins with " + kind);
        }
        Object key = keys.deserialize(in);
        Object held = contents.deserialize(in);
        return new Partial(key, held, in.readLong());
    }

    @Override
    public Object copy(Object value) {
        return value instanceof Partial partial
                ? new Partial(
                        keys.copy(partial.key()),
                        contents.copy(partial.contents()),
                        partial.records())
                : records.copy(value);
    }

    @Override
    public boolean isImmutable() {
        return records.isImmutable() && contents.isImmutable();
    }
}
