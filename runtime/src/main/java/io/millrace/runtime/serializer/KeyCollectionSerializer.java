package io.millrace.runtime.serializer;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.Set;

/**
 * Writes lists and sets that are keys, so that equal ones have equal bytes.
 *
 * <p>Format: that of {@link CollectionSerializer}, with one kind for all lists and one for all
 * sets, and the elements of a set in the order of their bytes.
 */
final class KeyCollectionSerializer<E> implements FlaggedSerializer<Collection<E>> {
    private final CollectionSerializer<E> values;
    private final ValueSerializer<E> elements;
    private final int listKind;
    private final int setKind;

    /**
     * @param values reads and copies
     * @param elements writes elements as keys
     */
    KeyCollectionSerializer(
            Class<?> declared, CollectionSerializer<E> values, ValueSerializer<E> elements) {
        this.values = values;
        this.elements = elements;
        this.listKind =
                declared == LinkedList.class
                        ? CollectionSerializer.LINKED_LIST
                        : CollectionSerializer.ARRAY_LIST;
        this.setKind =
                declared == LinkedHashSet.class
                        ? CollectionSerializer.LINKED_HASH_SET
                        : CollectionSerializer.HASH_SET;
    }

    @Override
    public void write(Collection<E> value, RecordOutput out) throws IOException {
        boolean isSet = value instanceof Set;
        boolean hasNull = CollectionSerializer.hasNull(value);
        out.write((isSet ? setKind : listKind) | (hasNull ? NULL_PARTS : 0));
        out.writeVarInt(value.size());
        SortedPieces pieces = isSet ? new SortedPieces() : null;
        for (E element : value) {
            RecordOutput to = isSet ? pieces.next() : out;
            if (hasNull) {
                elements.writeNullable(element, to);
            } else {
                elements.write(element, to);
            }
            if (isSet) {
                pieces.end();
            }
        }
        if (isSet) {
            pieces.writeTo(out);
        }
    }

    @Override
    public Collection<E> read(int flags, RecordInput in) throws IOException {
        return values.read(flags, in);
    }

    @Override
    public void skip(int flags, RecordInput in) throws IOException {
        values.skip(flags, in);
    }

    @Override
    public Collection<E> copy(Collection<E> value) {
        return values.copy(value);
    }

    @Override
    public boolean isImmutable() {
        return false;
    }
}
