package io.millrace.runtime.state;

import io.millrace.api.type.BasicTypeInfo;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.serializer.KeyGroups;
import io.millrace.runtime.serializer.KeyHasher;
import io.millrace.runtime.serializer.KeyHashers;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;

/**
 * The keys of a store: which key group one is in, and what stands for it in entries, a number or
 * bytes. Keys that a subtask cannot have are refused.
 *
 * <p>Threads: owned by the subtask's thread.
 */
public final class KeyCodec {
    private final StoreFailures failures;
    private final int maxParallelism;
    private final int firstKeyGroup;
    private final int keyGroupCount;
    private final KeyHasher<Object> hasher;

    /** Null where keys are no numbers. */
    private final FixedCodec<Object> fixed;

    /** Null where keys are numbers. */
    private final TypeSerializer<Object> serializer;

    private final boolean isLong;
    private final boolean isInt;

    @SuppressWarnings("unchecked") // keys come as objects; those of another class are refused
    public KeyCodec(KeyedStateSettings settings, StoreFailures failures) {
        this.failures = failures;
        this.maxParallelism = settings.maxParallelism();
        this.firstKeyGroup = settings.keyGroups().first();
        this.keyGroupCount = settings.keyGroups().size();
        TypeInformation<Object> type = (TypeInformation<Object>) settings.keyType();
        this.hasher = KeyHashers.forType(type, settings.classes());
        this.fixed = FixedCodec.ofKey(type);
        this.serializer = fixed == null ? Serializers.compileKey(type, settings.classes()) : null;
        this.isLong = type.equals(BasicTypeInfo.LONG_TYPE_INFO);
        this.isInt = type.equals(BasicTypeInfo.INT_TYPE_INFO);
    }

    /** Whether keys are numbers, whose bytes are eight in the order of the numbers' bits. */
    public boolean isFixed() {
        return fixed != null;
    }

    /** The key group of a key, which may be another subtask's; see {@link #check}. */
    public int group(Object key) {
        if (key == null) {
            throw failures.nullKey();
        }
        try {
            return KeyGroups.of(hasher.hash(key), maxParallelism);
        } catch (ClassCastException e) {
            throw failures.keyOfAnotherType(key, e);
        }
    }

    /** The key group of a key of type Long or Integer, which is one of the subtask's. */
    public int group(long key) {
        int hash;
        if (isLong) {
            hash = Long.hashCode(key);
        } else if (isInt) {
            hash = (int) key;
        } else {
            throw failures.keysAreNoNumbers();
        }
        int group = KeyGroups.of(hash, maxParallelism);
        if (!isOwn(group)) {
            throw failures.keyOfAnotherSubtask(key, group);
        }
        return group;
    }

    /**
     * @throws StateException if a key's group is another subtask's
     */
    public void check(Object key, int group) {
        if (!isOwn(group)) {
            throw failures.keyOfAnotherSubtask(key, group);
        }
    }

    private boolean isOwn(int group) {
        int at = group - firstKeyGroup;
        return at >= 0 && at < keyGroupCount;
    }

    /** The number that stands for a key, where keys are numbers. */
    public long toNumber(Object key) {
        try {
            return fixed.toLong().applyAsLong(key);
        } catch (ClassCastException e) {
            throw failures.keyOfAnotherType(key, e);
        }
    }

    public Object fromNumber(long number) {
        return fixed.fromLong().apply(number);
    }

    /** Writes the bytes that stand for a key, where keys are no numbers. */
    public void write(Object key, RecordOutput to) {
        try {
            serializer.serialize(key, to);
        } catch (ClassCastException | IOException e) {
            throw failures.keyOfAnotherType(key, e);
        }
    }

    /** Reads a key from all bytes of an input. */
    public Object read(RecordInput from) {
        try {
            return serializer.deserialize(from);
        } catch (IOException e) {
            throw failures.unreadableKey(e);
        }
    }
}
