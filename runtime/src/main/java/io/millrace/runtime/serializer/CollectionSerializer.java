package io.millrace.runtime.serializer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Writes lists and sets.
 *
 * <p>Format: the flags of {@link FlaggedSerializer} (if some elements are null, each has a flag of
 * its own), the number of elements, the elements. The kinds: 0 ArrayList, 1 LinkedList, 2 HashSet,
 * 3 LinkedHashSet, 4 TreeSet in natural order. Any other list comes back as an ArrayList, any other
 * set as a LinkedHashSet, with the same order.
 */
final class CollectionSerializer<E> implements FlaggedSerializer<Collection<E>> {
    static final int ARRAY_LIST = 0 << 4;
    static final int LINKED_LIST = 1 << 4;
    static final int HASH_SET = 2 << 4;
    static final int LINKED_HASH_SET = 3 << 4;
    static final int TREE_SET = 4 << 4;

    private final Class<?> declared;
    private final ValueSerializer<E> elements;

    CollectionSerializer(Class<?> declared, ValueSerializer<E> elements) {
        this.declared = declared;
        this.elements = elements;
    }

    private static int kindOf(Collection<?> value) {
        if (value instanceof LinkedList) {
            return LINKED_LIST;
        }
        if (value instanceof LinkedHashSet) {
            return LINKED_HASH_SET;
        }
        if (value instanceof HashSet) {
            return HASH_SET;
        }
        if (value instanceof SortedSet<?> sorted && sorted.comparator() == null) {
            return TREE_SET;
        }
        return value instanceof Set ? LINKED_HASH_SET : ARRAY_LIST;
    }

    private static <E> Collection<E> make(int flags, int count) {
        return switch (flags & ~NULL_PARTS) {
            case ARRAY_LIST -> new ArrayList<>(count);
            case LINKED_LIST -> new LinkedList<>();
            case HASH_SET -> new HashSet<>(capacity(count));
            case LINKED_HASH_SET -> new LinkedHashSet<>(capacity(count));
            case TREE_SET -> new TreeSet<>();
            default -> null;
        };
    }

    static int capacity(int count) {
        return (int) Math.min(1 << 30, count * 4L / 3 + 1);
    }

    static boolean hasNull(Collection<?> values) {
        for (Object value : values) {
            if (value == null) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void write(Collection<E> value, RecordOutput out) throws IOException {
        boolean hasNull = hasNull(value);
        out.write(kindOf(value) | (hasNull ? NULL_PARTS : 0));
        out.writeVarInt(value.size());
        if (hasNull) {
            for (E element : value) {
                elements.writeNullable(element, out);
            }
        } else {
            for (E element : value) {
                elements.write(element, out);
            }
        }
    }

    @Override
    public Collection<E> read(int flags, RecordInput in) throws IOException {
        int count = in.readCount(1);
        Collection<E> value = make(flags, count);
        if (!declared.isInstance(value)) {
            throw FlaggedSerializer.unknownFlags(declared.getName(), flags);
        }
        boolean hasNull = (flags & NULL_PARTS) != 0;
        for (int i = 0; i < count; i++) {
            value.add(hasNull ? elements.readNullable(in) : elements.read(in));
        }
        return value;
    }

    @Override
    public void skip(int flags, RecordInput in) throws IOException {
        int count = in.readCount(1);
        if (!declared.isInstance(make(flags, 0))) {
            throw FlaggedSerializer.unknownFlags(declared.getName(), flags);
        }
        for (int i = 0; i < count; i++) {
            if ((flags & NULL_PARTS) != 0) {
                elements.skipNullable(in);
            } else {
                elements.skip(in);
            }
        }
    }

    @Override
    public Collection<E> copy(Collection<E> value) {
        Collection<E> copy = make(kindOf(value), value.size());
        for (E element : value) {
            copy.add(elements.copyNullable(element));
        }
        return copy;
    }

    @Override
    public boolean isImmutable() {
        return false;
    }
}
