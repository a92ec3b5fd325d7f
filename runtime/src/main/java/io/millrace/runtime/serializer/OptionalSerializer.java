package io.millrace.runtime.serializer;

import java.io.IOException;
import java.util.Optional;

/** Writes an optional as its value or null. */
final class OptionalSerializer<E> implements ValueSerializer<Optional<E>> {
    private final ValueSerializer<E> elements;

    OptionalSerializer(ValueSerializer<E> elements) {
        this.elements = elements;
    }

    @Override
    public void write(Optional<E> value, RecordOutput out) throws IOException {
        elements.writeNullable(value.orElse(null), out);
    }

    @Override
    public Optional<E> read(RecordInput in) throws IOException {
        return Optional.ofNullable(elements.readNullable(in));
    }

    @Override
    public void skip(RecordInput in) throws IOException {
        elements.skipNullable(in);
    }

    @Override
    public Optional<E> copy(Optional<E> value) {
        return isImmutable() || value.isEmpty() ? value : Optional.of(elements.copy(value.get()));
    }

    @Override
    public boolean isImmutable() {
        return elements.isImmutable();
    }
}
