package io.millrace.runtime.state;

import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeMigration;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.util.Arrays;

/**
 * Rewrites what the entries of a state hold from the shape of then into that of now.
 *
 * <p>Threads: owned by the subtask's thread.
 */
public final class ValueMigration<V> {
    private final TypeMigration<V> former;
    private final TypeSerializer<V> serializer;
    private final FixedCodec<V> codec;
    private final RecordInput input = new RecordInput();
    private final RecordOutput output = new RecordOutput(64);

    /**
     * @throws IllegalArgumentException if the type cannot take values of the shape
     */
    public ValueMigration(String formerShape, TypeInformation<V> type, JobClasses classes) {
        this.former = TypeMigration.of(formerShape, type, classes);
        this.serializer = Serializers.compile(type, classes);
        this.codec = FixedCodec.ofValue(type);
    }

    /**
     * One entry.
     *
     * @param head bytes before the first value, which stay as they are
     */
    public byte[] convert(byte[] bytes, int head) throws IOException {
        output.truncate(0);
        output.write(Arrays.copyOf(bytes, head));
        input.reset(bytes, head, bytes.length);
        while (input.remaining() > 0) {
            V value = former.read(input);
            if (codec == null) {
                serializer.serialize(value, output);
            } else {
                byte[] number = new byte[Long.BYTES];
                RecordBytes.setLong(number, 0, codec.toLong().applyAsLong(value));
                output.write(number);
            }
        }
        return Arrays.copyOf(output.bytes(), output.length());
    }
}
