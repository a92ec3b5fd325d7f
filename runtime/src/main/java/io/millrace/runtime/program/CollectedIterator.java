package io.millrace.runtime.program;

import io.millrace.api.CloseableIterator;
import io.millrace.api.JobClient;
import io.millrace.api.JobExecutionException;
import java.io.IOException;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;

/**
 * The records of a job, as they come.
 *
 * <p>Threads: one.
 *
 * <p>Errors: a job that failed shows when all records that it had made were taken: an {@link
 * IllegalStateException} with the job's {@link JobExecutionException} as its cause.
 */
public final class CollectedIterator<T> implements CloseableIterator<T> {
    private final CollectedSource records;
    private final JobClient job;
    private T next;
    private boolean over;

    public CollectedIterator(CollectedSource records, JobClient job) {
        this.records = records;
        this.job = job;
        job.getJobExecutionResult().whenComplete((result, failure) -> records.end());
    }

    @Override
    @SuppressWarnings("unchecked") // these are records of this job's only such sink
    public boolean hasNext() {
        if (next != null) {
            return true;
        }
        if (over) {
            return false;
        }
        try {
            next = (T) records.take();
            if (next == null) {
                over = true;
                job.getJobExecutionResult().get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "The wait for the next record of job " + job.getJobID() + " was interrupted",
                    e);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "A record of job " + job.getJobID() + " could not be read", e);
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
        records.dropAll();
        job.cancel();
        try {
            job.getJobExecutionResult().get();
        } catch (ExecutionException e) {
            // cancelled, or it had failed: who wanted its records was told
        }
    }
}
