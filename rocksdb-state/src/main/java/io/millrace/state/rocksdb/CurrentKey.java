package io.millrace.state.rocksdb;

import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.state.KeyCodec;
import io.millrace.runtime.state.RecordBytes;

/**
 * The key that the handles of a store read and write for.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class CurrentKey {
    private final KeyCodec codec;
    private final RecordOutput output = new RecordOutput(64);
    private final RecordInput input = new RecordInput();

    /** As {@link EntryKey} has it. */
    private final RecordBytes bytes = new RecordBytes(64);

    private final RecordBytes unescaped = new RecordBytes(64);

    /** Null where only the bytes are known. */
    private Object key;

    private int group = -1;
    private long version;

    CurrentKey(KeyCodec codec) {
        this.codec = codec;
    }

    /** Whether all keys have eight bytes. */
    boolean isFixed() {
        return codec.isFixed();
    }

    void set(Object next) {
        int ofNext = codec.group(next);
        output.truncate(0);
        long number = 0;
        if (codec.isFixed()) {
            number = codec.toNumber(next);
        } else {
            codec.write(next, output);
        }
        codec.check(next, ofNext);
        bytes.truncate(0);
        if (codec.isFixed()) {
            bytes.putLong(number);
        } else {
            EntryKey.putKey(bytes, output.bytes(), 0, output.length(), false);
        }
        key = next;
        onChanged(ofNext);
    }

    /** For keys of type Long or Integer. */
    void set(long next) {
        int ofNext = codec.group(next);
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
            if (codec.isFixed()) {
                key = codec.fromNumber(RecordBytes.getLong(bytes.bytes(), 0));
            } else {
                unescaped.truncate(0);
                EntryKey.readKey(unescaped, bytes.bytes(), 0, bytes.length(), false);
                input.reset(unescaped.bytes(), 0, unescaped.length());
                key = codec.read(input);
            }
        }
        return key;
    }
}
