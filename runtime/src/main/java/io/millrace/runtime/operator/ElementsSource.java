package io.millrace.runtime.operator;

import io.millrace.runtime.checkpoint.ListPart;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Emits given values once, in order. */
final class ElementsSource implements Source {
    private final int count;
    private final RecordInput values = new RecordInput();
    private final TypeSerializer<Object> serializer;
    private final Output output;
    private int next;

    /**
     * Reads no value yet.
     *
     * @param values written by the serializer, one after the other
     */
    ElementsSource(int count, byte[] values, TypeSerializer<Object> serializer, Output output) {
        this.count = count;
        this.values.reset(values, 0, values.length);
        this.serializer = serializer;
        this.output = output;
    }

    @Override
    public Progress emit(int maxRecords, Target target) throws IOException {
        int end = Math.min(count, next + maxRecords);
        while (next < end && !target.isInterrupted()) {
            output.process(serializer.deserialize(values), RecordBatch.NO_TIMESTAMP);
            next++;
        }
        return next == count ? Progress.END : Progress.MORE;
    }

    /** How many values were emitted, 4 bytes. */
    @Override
    public List<SnapshotPart> snapshot(long checkpointId) {
        byte[] position = ByteBuffer.allocate(Integer.BYTES).putInt(next).array();
        return List.of(new ListPart(Kind.SPLIT_LIST, "position", "int", List.of(position)));
    }

    @Override
    public void restore(RestoredOperator state) throws IOException {
        for (Slice slice : state.lists()) {
            for (byte[] position : state.elements(slice)) {
                int emitted = ByteBuffer.wrap(position).getInt();
                for (; next < emitted; next++) {
                    serializer.deserialize(values);
                }
            }
        }
    }

    @Override
    public long recordsEmitted() {
        return next;
    }
}
