package io.millrace.runtime.program;

import io.millrace.runtime.control.RecordsMessage.Records;
import io.millrace.runtime.control.RecordsMessage.Taken;
import io.millrace.runtime.network.ControlConnection;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * The program's end: takes what workers send.
 *
 * <p>Unit: messages; of each subtask at most one waits.
 *
 * <p>Threads: guarded by this object; {@link #received} never blocks.
 */
public final class RecordsReceiver implements CollectedSource {
    private final TypeSerializer<Object> serializer;
    private final ArrayDeque<Batch> batches = new ArrayDeque<>();
    private final RecordInput input = new RecordInput();

    /** Records that are left in the input. */
    private int left;

    private boolean ended;
    private boolean unwanted;

    private record Batch(ControlConnection from, Records records) {}

    /**
     * @param serializer of the records, compiled in the program's process
     */
    public RecordsReceiver(TypeSerializer<Object> serializer) {
        this.serializer = serializer;
    }

    /** A worker has sent records. */
    public synchronized void received(ControlConnection from, Records records) {
        if (unwanted) {
            from.send(new Taken(records.attempt()));
        } else {
            batches.add(new Batch(from, records));
            notifyAll();
        }
    }

    @Override
    public synchronized Object take() throws IOException, InterruptedException {
        while (left == 0) {
            Batch batch = batches.poll();
            if (batch != null) {
                byte[] bytes = batch.records.bytes();
                input.reset(bytes, 0, bytes.length);
                left = batch.records.count();
                batch.from.send(new Taken(batch.records.attempt()));
            } else if (ended || unwanted) {
                return null;
            } else {
                wait();
            }
        }
        left--;
        return serializer.deserialize(input);
    }

    @Override
    public synchronized void end() {
        ended = true;
        notifyAll();
    }

    @Override
    public synchronized void dropAll() {
        unwanted = true;
        left = 0;
        for (Batch batch : batches) {
            batch.from.send(new Taken(batch.records.attempt()));
        }
        batches.clear();
        notifyAll();
    }
}
