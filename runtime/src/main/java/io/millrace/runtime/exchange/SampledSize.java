package io.millrace.runtime.exchange;

import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.util.function.ToIntFunction;

/**
 * Tells about how many bytes a record takes, by serializing one of {@value #RECORDS_PER_SAMPLE} and
 * taking the others for the same.
 *
 * <p>Unit: bytes on the wire, which objects on the heap exceed a few times; 0 if it cannot be
 * serialized, for on a local edge it need not be.
 *
 * <p>Threads: owned by the writing subtask.
 */
final class SampledSize implements ToIntFunction<Object> {
    private static final int RECORDS_PER_SAMPLE = 16;
    private static final int KEPT_BYTES = 64 << 10;

    private final TypeSerializer<Object> serializer;
    private RecordOutput scratch = new RecordOutput(64);
    private int last;
    private int untilSample;

    SampledSize(TypeSerializer<Object> serializer) {
        this.serializer = serializer;
    }

    @Override
    public int applyAsInt(Object value) {
        if (--untilSample < 0) {
            untilSample = RECORDS_PER_SAMPLE - 1;
            last = sample(value);
        }
        return last;
    }

    private int sample(Object value) {
        scratch.truncate(0);
        try {
            serializer.serialize(value, scratch);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            return 0;
        }
        int length = scratch.length();
        if (length > KEPT_BYTES) {
            scratch = new RecordOutput(64);
        }
        return length;
    }
}
