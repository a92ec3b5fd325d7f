package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;

/**
 * The key that the handles of a store read and write for: a number or bytes, its hash and its key
 * group; as an object only if it came as one or somebody asks for it.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class CurrentKey {
    private final KeyCodec codec;
    private final boolean isFixed;
    private final int firstKeyGroup;
    private final RecordOutput output = new RecordOutput(64);
    private final RecordInput input = new RecordInput();

    /** Of which {@link #length} are the key's, if they are valid: those of numbers may not be. */
    private byte[] bytes = new byte[8];

    private int length;
    private boolean bytesAreValid;

    /** The number that stands for the key, where keys are numbers. */
    private long word;

    private long hash;

    /** Null where it is not known. */
    private Object object;

    private int group = -1;

    /** The key group counted from the store's first; -1 if there is no current key. */
    private int groupAt = -1;

    private long version;

    CurrentKey(KeyCodec codec, int firstKeyGroup) {
        this.codec = codec;
        this.isFixed = codec.isFixed();
        this.firstKeyGroup = firstKeyGroup;
    }

    void set(Object key) {
        int ofKey = codec.group(key);
        if (isFixed) {
            long number = codec.toNumber(key);
            codec.check(key, ofKey);
            word = number;
            hash = Hashing.number(number);
            bytesAreValid = false;
        } else {
            output.truncate(0);
            codec.write(key, output);
            codec.check(key, ofKey);
            bytes = output.bytes();
            length = output.length();
            hash = Hashing.bytes(bytes, 0, length);
            bytesAreValid = true;
        }
        object = key;
        onChanged(ofKey);
    }

    /** For keys of type Long or Integer. */
    void set(long key) {
        int ofKey = codec.group(key);
        word = key;
        hash = Hashing.number(key);
        bytesAreValid = false;
        if (object != null) {
            object = null;
        }
        onChanged(ofKey);
    }

    /** Takes a key as entries and snapshots have it. */
    void set(byte[] from, int begin, int count, int ofKey) {
        reserve(count);
        System.arraycopy(from, begin, bytes, 0, count);
        onBytes(count, ofKey);
    }

    /** Takes the key of an entry of the log. */
    void set(long entry, StateDefinition state) {
        int count = LogEntry.keyLength(entry);
        reserve(count);
        Memory.copy(LogEntry.full(entry, state), bytes, 0, count);
        onBytes(count, LogEntry.keyGroup(entry));
    }

    private void reserve(int count) {
        if (bytes.length < count || bytes == output.bytes()) {
            bytes = new byte[Math.max(64, 2 * count)];
        }
    }

    private void onBytes(int count, int ofKey) {
        length = count;
        bytesAreValid = true;
        if (isFixed) {
            word = RecordBytes.getLong(bytes, 0);
            hash = Hashing.number(word);
        } else {
            hash = Hashing.bytes(bytes, 0, count);
        }
        object = null;
        onChanged(ofKey);
    }

    private void onChanged(int ofKey) {
        group = ofKey;
        groupAt = ofKey - firstKeyGroup;
        version++;
    }

    /** There is none any more. */
    void clear() {
        group = -1;
        groupAt = -1;
        version++;
    }

    int group() {
        return group;
    }

    /** The key group counted from the store's first; -1 if there is no current key. */
    int groupAt() {
        return groupAt;
    }

    /** Changes with the key. */
    long version() {
        return version;
    }

    /** The number that stands for it, where keys are numbers. */
    long word() {
        return word;
    }

    long hash() {
        return hash;
    }

    /** Of which the first {@link #length} are the key; good until there is another one. */
    byte[] bytes() {
        if (!bytesAreValid) {
            if (bytes.length < Long.BYTES) {
                bytes = new byte[Long.BYTES];
            }
            RecordBytes.setLong(bytes, 0, word);
            length = Long.BYTES;
            bytesAreValid = true;
        }
        return bytes;
    }

    /** After {@link #bytes} was asked. */
    int length() {
        return length;
    }

    Object object() {
        if (object == null) {
            if (isFixed) {
                object = codec.fromNumber(word);
            } else {
                input.reset(bytes, 0, length);
                object = codec.read(input);
            }
        }
        return object;
    }
}
