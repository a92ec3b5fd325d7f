package io.millrace.runtime.program;

import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.serializer.TypeSerializer;
import java.util.ArrayDeque;

/**
 * Records on their way from the subtasks of a job to its program, in one process.
 *
 * <p>Unit: records; at most {@value #BOUND} wait.
 *
 * <p>Threads: guarded by this object.
 */
public final class CollectedQueue implements CollectedRecords, CollectedSource {
    private static final int BOUND = 1024;

    private final ArrayDeque<Object> records = new ArrayDeque<>();
    private boolean ended;
    private boolean unwanted;

    @Override
    public Writer open(AttemptId attempt, TypeSerializer<Object> serializer) {
        return new Writer() {
            @Override
            public void write(Object record) throws InterruptedException {
                put(serializer.isImmutable() ? record : serializer.copy(record));
            }

            @Override
            public void finish() {}

            @Override
            public void close() {}
        };
    }

    /** Blocks while the queue is full; does nothing once nobody wants records any more. */
    private synchronized void put(Object record) throws InterruptedException {
        while (records.size() >= BOUND && !unwanted) {
            wait();
        }
        if (!unwanted) {
            records.add(record);
            notifyAll();
        }
    }

    @Override
    public synchronized Object take() throws InterruptedException {
        while (records.isEmpty() && !ended && !unwanted) {
            wait();
        }
        Object record = records.poll();
        notifyAll();
        return record;
    }

    @Override
    public synchronized void end() {
        ended = true;
        notifyAll();
    }

    @Override
    public synchronized void dropAll() {
        unwanted = true;
        records.clear();
        notifyAll();
    }
}
