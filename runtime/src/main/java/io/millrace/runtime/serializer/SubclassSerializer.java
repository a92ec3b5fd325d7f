package io.millrace.runtime.serializer;

import java.io.IOException;

/**
 * Writes values that are of another class than their type says, after the name of the class.
 *
 * <p>Format: that of {@link OwnSerializers}.
 */
final class SubclassSerializer implements ValueSerializer<Object> {
    private final OwnSerializers own;
    private final Class<?> bound;

    /**
     * @param bound what all values are instances of
     */
    SubclassSerializer(OwnSerializers own, Class<?> bound) {
        this.own = own;
        this.bound = bound;
    }

    @Override
    public void write(Object value, RecordOutput out) throws IOException {
        own.write(value, out);
    }

    @Override
    public Object read(RecordInput in) throws IOException {
        return own.read(in, bound);
    }

    @Override
    public void skip(RecordInput in) throws IOException {
        own.skip(in, bound);
    }

    @Override
    public Object copy(Object value) {
        return own.copy(value);
    }

    @Override
    public boolean isImmutable() {
        return false;
    }
}
