package io.millrace.state.rocksdb;

import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.state.FixedCodec;
import io.millrace.runtime.state.RecordBytes;
import io.millrace.runtime.state.StateException;
import java.io.IOException;

/**
 * Values of a state as bytes: eight of a number, else what their serializer writes.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class ValueBytes<V> {
    private final String what;
    private final FixedCodec<V> codec;
    private final TypeSerializer<V> serializer;
    private final RecordOutput output = new RecordOutput(64);
    private final RecordInput input = new RecordInput();
    private final byte[] number = new byte[Long.BYTES];

    /** With numbers as eight bytes, as values of a value state are. */
    static <V> ValueBytes<V> ofValue(
            State state, String owner, TypeInformation<V> type, JobClasses classes) {
        return new ValueBytes<>(state, owner, FixedCodec.ofValue(type), type, classes);
    }

    /** As their serializer writes them, as elements of lists and values of maps are. */
    static <V> ValueBytes<V> ofPart(
            State state, String owner, TypeInformation<V> type, JobClasses classes) {
        return new ValueBytes<>(state, owner, null, type, classes);
    }

    private ValueBytes(
            State state,
            String owner,
            FixedCodec<V> codec,
            TypeInformation<V> type,
            JobClasses classes) {
        this.what = "state '" + state.shape().name() + "' of " + owner;
        this.codec = codec;
        this.serializer = codec == null ? Serializers.compile(type, classes) : null;
    }

    /** Begins anew with a value. */
    void write(V value) {
        output.truncate(0);
        append(value);
    }

    void truncate(int length) {
        output.truncate(length);
    }

    /** Adds a value to what is there. */
    void append(V value) {
        try {
            if (codec == null) {
                serializer.serialize(value, output);
            } else {
                RecordBytes.setLong(number, 0, codec.toLong().applyAsLong(value));
                output.write(number);
            }
        } catch (IOException | ClassCastException e) {
            throw new StateException(
                    Failure.Category.USER_CODE, "A value cannot be put into " + what, e);
        }
    }

    byte[] bytes() {
        return output.bytes();
    }

    int length() {
        return output.length();
    }

    V read(byte[] bytes, int from, int to) {
        if (codec != null) {
            return codec.fromLong().apply(RecordBytes.getLong(bytes, from));
        }
        input.reset(bytes, from, to);
        return read(input);
    }

    /** The next of several. */
    V read(RecordInput from) {
        try {
            return serializer.deserialize(from);
        } catch (IOException e) {
            throw new StateException(
                    Failure.Category.STATE, "The bytes of " + what + " cannot be read", e);
        }
    }
}
