package io.millrace.state.rocksdb;

import io.millrace.api.type.BasicTypeInfo;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.serializer.KeyGroups;
import io.millrace.runtime.serializer.KeyHasher;
import io.millrace.runtime.serializer.KeyHashers;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.state.FixedCodec;
import io.millrace.runtime.state.KeyedStateSettings;
import io.millrace.runtime.state.RecordBytes;
import io.millrace.runtime.state.StoreFailures;
import java.io.IOException;

/**
 * The key that the handles of a store read and write for.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class CurrentKey {
    private final KeyedStateSettings settings;
    private final StoreFailures failures;
    private final KeyHasher<Object> hasher;
    private final FixedCodec<Object> fixed;
    private final TypeSerializer<Object> serializer;
    private final RecordOutput output = new RecordOutput(64);

    /** As {@link EntryKey} has it. */
    private final RecordBytes bytes = new RecordBytes(64);

    private final RecordBytes unescaped = new RecordBytes(64);
    private final boolean isLong;
    private final boolean isInt;

    /** Null where only the bytes are known. */
    private Object key;

    private int group = -1;
    private long version;

    @SuppressWarnings("unchecked") // keys come as objects; those of another class are refused
    CurrentKey(KeyedStateSettings settings, StoreFailures failures) {
        this.settings = settings;
        this.failures = failures;
        TypeInformation<Object> type = (TypeInformation<Object>) settings.keyType();
        this.hasher = KeyHashers.forType(type, settings.classes());
        this.fixed = FixedCodec.ofKey(type);
        this.serializer = fixed == null ? Serializers.compileKey(type, settings.classes()) : null;
        this.isLong = type.equals(BasicTypeInfo.LONG_TYPE_INFO);
        this.isInt = type.equals(BasicTypeInfo.INT_TYPE_INFO);
    }

    /** Whether all keys have eight bytes. */
    boolean isFixed() {
        return fixed != null;
    }

    void set(Object next) {
        if (next == null) {
            throw failures.nullKey();
        }
        try {
            int ofNext = KeyGroups.of(hasher.hash(next), settings.maxParallelism());
            output.truncate(0);
            long word = 0;
            if (fixed == null) {
                serializer.serialize(next, output);
            } else {
                word = fixed.toLong().applyAsLong(next);
            }
            checkGroup(ofNext, next);
            bytes.truncate(0);
            if (fixed == null) {
                EntryKey.putKey(bytes, output.bytes(), 0, output.length(), false);
            } else {
                bytes.putLong(word);
            }
            key = next;
            onChanged(ofNext);
        } catch (ClassCastException | IOException e) {
            throw failures.keyOfAnotherType(next, e);
        }
    }

    /** For keys of type Long or Integer. */
    void set(long next) {
        int hash;
        if (isLong) {
            hash = Long.hashCode(next);
        } else if (isInt) {
            hash = (int) next;
        } else {
            throw failures.keysAreNoNumbers();
        }
        int ofNext = KeyGroups.of(hash, settings.maxParallelism());
        checkGroup(ofNext, next);
        bytes.truncate(0);
        bytes.putLong(next);
        key = null;
        onChanged(ofNext);
    }

    /** Takes a key as {@link EntryKey} has it. */
    void set(byte[] from, int begin, int end, int ofNext) {
        bytes.truncate(0);
        bytes.put(from, begin, end - begin);
        key = null;
        onChanged(ofNext);
    }

    private void checkGroup(int ofNext, Object next) {
        if (!settings.keyGroups().contains(ofNext)) {
            throw failures.keyOfAnotherSubtask(next, ofNext);
        }
    }

    private void onChanged(int ofNext) {
        group = ofNext;
        version++;
    }

    /** There is none any more. */
    void clear() {
        group = -1;
        version++;
    }

    boolean isSet() {
        return group >= 0;
    }

    int group() {
        return group;
    }

    /** Changes with the key. */
    long version() {
        return version;
    }

    byte[] bytes() {
        return bytes.bytes();
    }

    int length() {
        return bytes.length();
    }

    Object get() {
        if (key == null) {
            if (fixed != null) {
                key = fixed.fromLong().apply(RecordBytes.getLong(bytes.bytes(), 0));
            } else {
                unescaped.truncate(0);
                EntryKey.readKey(unescaped, bytes.bytes(), 0, bytes.length(), false);
                RecordInput input = new RecordInput();
                input.reset(unescaped.bytes(), 0, unescaped.length());
                try {
                    key = serializer.deserialize(input);
                } catch (IOException e) {
                    throw failures.unreadableKey(e);
                }
            }
        }
        return key;
    }
}
