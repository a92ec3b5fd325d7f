package io.millrace.runtime.state;

/** A number in any layout, as an object. */
final class FixedValue<V> implements StoredValue<V>, StateHandle {
    private final StoredLong number;
    private final FixedCodec<V> codec;

    FixedValue(StoredLong number, FixedCodec<V> codec) {
        this.number = number;
        this.codec = codec;
    }

    @Override
    public StateDefinition state() {
        return ((StateHandle) number).state();
    }

    @Override
    public byte[] namespaceBytes() {
        return ((StateHandle) number).namespaceBytes();
    }

    @Override
    public V get() {
        return number.isEmpty() ? null : codec.fromLong().apply(number.get(0));
    }

    @Override
    public void put(V value) {
        if (value == null) {
            number.clear();
        } else {
            number.put(codec.toLong().applyAsLong(value));
        }
    }

    @Override
    public void setPane(long pane) {
        number.setPane(pane);
    }

    @Override
    public void setNamespace(Object namespace) {
        number.setNamespace(namespace);
    }

    @Override
    public void clear() {
        number.clear();
    }

    @Override
    public boolean isEmpty() {
        return number.isEmpty();
    }
}
