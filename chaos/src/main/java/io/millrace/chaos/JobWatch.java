package io.millrace.chaos;

import io.millrace.client.Deployer;
import io.millrace.client.Deployer.JobEnd;
import io.millrace.client.Deployer.JobListener;
import io.millrace.runtime.master.JobState;
import io.millrace.runtime.master.JobStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Follows the job, over the deaths of its masters. Sees what a master says about once a second, so
 * moments are known that well.
 *
 * <p>Threads: the one that follows, and those that wait.
 */
final class JobWatch implements JobListener {
    private final CompletableFuture<JobEnd> end = new CompletableFuture<>();
    private JobStatus before;
    private JobStatus last;
    private String waiting = "nothing is known yet";

    /** Follows an application in a thread of its own until it has ended. */
    static JobWatch follow(Deployer deployer, String applicationId) {
        JobWatch watch = new JobWatch();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                watch.ended(deployer.follow(applicationId, watch));
                            } catch (IOException | InterruptedException | RuntimeException e) {
                                watch.end.completeExceptionally(e);
                                watch.wake();
                            }
                        },
                        "job watch");
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    @Override
    public synchronized void onWaiting(String line) {
        waiting = line;
        notifyAll();
    }

    @Override
    public synchronized void onStatus(JobStatus status) {
        before = last;
        last = status;
        notifyAll();
    }

    private synchronized void ended(JobEnd jobEnd) {
        end.complete(jobEnd);
        notifyAll();
    }

    private synchronized void wake() {
        notifyAll();
    }

    /** The newest status; null before the first. */
    synchronized JobStatus last() {
        return last;
    }

    /**
     * Waits until the job shows something while it runs and records flow.
     *
     * @param noticed what must be so besides
     * @throws IllegalStateException with all that is known if it does not come about, or the job
     *     ends
     */
    synchronized void awaitFlow(String what, Duration atMost, Predicate<JobStatus> noticed)
            throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        JobStatus first = last;
        while (last == null || last == first || !noticed.test(last) || !flows()) {
            if (end.isDone()) {
                throw new IllegalStateException("The job ended before " + what + ": " + end);
            }
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new IllegalStateException(
                        "After "
                                + atMost.toSeconds()
                                + " s there was still not: "
                                + what
                                + "; "
                                + waiting
                                + "; the last status: "
                                + last);
            }
            wait(left);
        }
    }

    /** Whether the two newest states are of one run in which the source has gone on. */
    private boolean flows() {
        return before != null
                && last.state() == JobState.RUNNING
                && before.state() == JobState.RUNNING
                && before.epoch() == last.epoch()
                && before.restarts() == last.restarts()
                && emitted(last) > emitted(before);
    }

    /** Records that the source has emitted in this run. */
    static long emitted(JobStatus status) {
        return status.vertices().isEmpty() ? 0 : status.vertices().get(0).recordsOut();
    }

    JobEnd awaitEnd(Duration atMost) throws InterruptedException, IOException {
        try {
            return end.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException("The job could not be followed to its end", e.getCause());
        } catch (TimeoutException e) {
            throw new IOException(
                    "The job has not ended within " + atMost.toSeconds() + " s; " + last(), e);
        }
    }
}
