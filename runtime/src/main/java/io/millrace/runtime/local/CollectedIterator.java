package io.millrace.runtime.local;

import io.millrace.api.CloseableIterator;
import io.millrace.api.JobClient;
import io.millrace.api.JobExecutionException;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;

/**
 * The records of a job that runs in this process, as they come.
 *
 * <p>Threads: one.
 *
 * <p>Errors: a job that failed shows when all records that it had made were taken: an {@link
 * IllegalStateException} with the job's {@link JobExecutionException} as its cause.
 */
final class CollectedIterator<T> implements CloseableIterator<T> {
    private final CollectedQueue queue;
    private final JobClient job;
    private T next;
    private boolean over;

    CollectedIterator(CollectedQueue queue, JobClient job) {
        this.queue = queue;
        this.job = job;
        job.getJobExecutionResult().whenComplete((result, failure) -> queue.end());
    }

    @Override
    @SuppressWarnings("unchecked") // the queue has records of this job's only such sink
    public boolean hasNext() {
        if (next != null) {
            return true;
        }
        if (over) {
            return false;
        }
        try {
            next = (T) queue.take();
            if (next == null) {
                over = true;
                job.getJobExecutionResult().get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "The wait for the next record of job " + job.getJobID() + " was interrupted",
                    e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        }
        return next != null;
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("Job " + job.getJobID() + " has made no more records");
        }
        T taken = next;
        next = null;
        return taken;
    }

    /** Cancels the job if it has not ended, and waits until it has. */
    @Override
    public void close() throws InterruptedException {
        over = true;
        next = null;
        queue.dropAll();
        job.cancel();
        try {
            job.getJobExecutionResult().get();
        } catch (ExecutionException e) {
            // cancelled, or it had failed: who wanted its records was told
        }
    }
}
