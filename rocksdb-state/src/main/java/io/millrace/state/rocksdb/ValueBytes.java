package io.millrace.state.rocksdb;

import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.state.FixedCodec;
import io.millrace.runtime.state.RecordBytes;
import io.millrace.runtime.state.StoreFailures;
import java.io.IOException;

/**
 * Values of a state as bytes: eight of a number, else what their serializer writes.
 *
 * <p>Threads: owned by the subtask's thread.
 */
final class ValueBytes<V> {
    private final State state;
    private final StoreFailures failures;
    private final FixedCodec<V> codec;
    private final TypeSerializer<V> serializer;
    private final RecordOutput output = new RecordOutput(64);
    private final RecordInput input = new RecordInput();
    private final byte[] number = new byte[Long.BYTES];

    /** With numbers as eight bytes, as values of a value state are. */
    static <V> ValueBytes<V> ofValue(
            State state, StoreFailures failures, TypeInformation<V> type, JobClasses classes) {
        return new ValueBytes<>(state, failures, FixedCodec.ofValue(type), type, classes);
    }

    /** As their serializer writes them, as values of maps are. */
    static <V> ValueBytes<V> ofPart(
            State state, StoreFailures failures, TypeInformation<V> type, JobClasses classes) {
        return new ValueBytes<>(state, failures, null, type, classes);
    }

    private ValueBytes(
            State state,
            StoreFailures failures,
            FixedCodec<V> codec,
            TypeInformation<V> type,
            JobClasses classes) {
        this.state = state;
        this.failures = failures;
        this.codec = codec;
        this.serializer = codec == null ? Serializers.compile(type, classes) : null;
    }

    /** Writes a value in place of the one before. */
    void write(V value) {
        output.truncate(0);
        try {
            if (codec == null) {
                serializer.serialize(value, output);
            } else {
                RecordBytes.setLong(number, 0, codec.toLong().applyAsLong(value));
                output.write(number);
            }
        } catch (IOException | ClassCastException e) {
            throw failures.unwritable(state.shape(), e);
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
        try {
            return serializer.deserialize(input);
        } catch (IOException e) {
            throw failures.unreadable("a value", state.shape(), e);
        }
    }
}
