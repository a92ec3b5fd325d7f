package io.millrace.runtime.local;

import io.millrace.runtime.operator.CollectedRecords;
import java.util.ArrayDeque;

/**
 * Records on their way from the subtasks of a job to its program, in one process.
 *
 * <p>Unit: records; at most {@value #BOUND} wait.
 *
 * <p>Threads: {@link #put} by the subtasks, {@link #take} by the program, {@link #end} by whoever
 * knows that the job has ended; guarded by this object.
 */
final class CollectedQueue implements CollectedRecords {
    private static final int BOUND = 1024;

    private final ArrayDeque<Object> records = new ArrayDeque<>();
    private boolean ended;
    private boolean unwanted;

    /** Blocks while the queue is full; does nothing once nobody wants records any more. */
    @Override
    public synchronized void put(Object record) throws InterruptedException {
        while (records.size() >= BOUND && !unwanted) {
            wait();
        }
        if (!unwanted) {
            records.add(record);
            notifyAll();
        }
    }

    /** The next record; null if all of the job's were taken. */
    synchronized Object take() throws InterruptedException {
        while (records.isEmpty() && !ended && !unwanted) {
            wait();
        }
        Object record = records.poll();
        notifyAll();
        return record;
    }

    /** No more will be put: the job has ended. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** What is in the queue, and all that will be put, is dropped. */
    synchronized void dropAll() {
        unwanted = true;
        records.clear();
        notifyAll();
    }
}
