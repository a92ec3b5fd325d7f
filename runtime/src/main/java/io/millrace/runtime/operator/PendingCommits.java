package io.millrace.runtime.operator;

import io.millrace.api.sink.Committer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a sink's writer has prepared and its committer has not committed yet, in order.
 *
 * <p>A committable is <em>prepared</em>, then <em>held</em> by the first checkpoint whose snapshot
 * has it and by all that follow, and <em>due</em> when one of these is complete. A checkpoint that
 * fails changes nothing: its committables are in the next one. They leave when they are committed;
 * checkpoints that were taken before still hold them, so that a restore commits them again.
 *
 * <p>Threads: owned by the subtask.
 */
final class PendingCommits {
    private static final Logger LOG = LoggerFactory.getLogger(PendingCommits.class);
    private static final long IN_NO_CHECKPOINT = Long.MAX_VALUE;
    private static final long IN_COMPLETE_CHECKPOINT = 0;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    private final String operator;
    private final int maxRetries;
    private final List<Request> requests = new ArrayList<>();
    private long dueUpTo;
    private int pauses;
    private long retryAtMillis;

    /**
     * @param operator name of the sink
     * @param maxRetries how often one committable may be tried again before the subtask fails
     */
    PendingCommits(String operator, int maxRetries) {
        this.operator = operator;
        this.maxRetries = maxRetries;
    }

    /**
     * Takes what the checkpoint held that the subtask begins from: all of it is due, whatever ids
     * the checkpoints of this job have.
     */
    void restore(Collection<Object> committables) {
        for (Object committable : committables) {
            requests.add(new Request(committable, IN_COMPLETE_CHECKPOINT));
        }
    }

    /** Takes what the writer has prepared. */
    void prepared(Collection<?> committables) {
        for (Object committable : committables) {
            requests.add(new Request(committable, IN_NO_CHECKPOINT));
        }
    }

    /** All that is not committed; from now on the checkpoint holds it. */
    List<Object> hold(long checkpointId) {
        List<Object> held = new ArrayList<>();
        for (Request request : requests) {
            if (request.checkpointId == IN_NO_CHECKPOINT) {
                request.checkpointId = checkpointId;
            }
            held.add(request.committable);
        }
        return held;
    }

    /** A checkpoint, and with it every earlier one, is complete. */
    void complete(long checkpointId) {
        dueUpTo = Math.max(dueUpTo, checkpointId);
        retryAtMillis = 0; // others are due as well: all are tried now
    }

    /** No checkpoint will ever hold what is left: it is due as it is. */
    void completeAll() {
        dueUpTo = IN_NO_CHECKPOINT;
    }

    /** Whether there is something to commit, now or after a pause. */
    boolean isDue() {
        return requests.stream().anyMatch(this::isDue);
    }

    private boolean isDue(Request request) {
        return request.checkpointId <= dueUpTo;
    }

    /** When what is due is to be tried again; 0 if at once. */
    long retryAtMillis() {
        return retryAtMillis;
    }

    /**
     * Tries to commit what is due, unless it is to wait.
     *
     * @throws Exception what the committer throws, or why a committable could not be committed
     */
    void commit(Committer<Object> committer, long nowMillis) throws Exception {
        if (nowMillis < retryAtMillis) {
            return;
        }
        List<Request> due = requests.stream().filter(this::isDue).toList();
        if (due.isEmpty()) {
            return;
        }
        due.forEach(request -> request.outcome = Outcome.COMMITTED);
        committer.commit(List.copyOf(due));
        settle(nowMillis);
    }

    private void settle(long nowMillis) {
        boolean again = false;
        for (Iterator<Request> all = requests.iterator(); all.hasNext(); ) {
            Request request = all.next();
            if (!isDue(request)) {
                continue;
            }
            switch (request.outcome) {
                case COMMITTED -> all.remove();
                case LOST -> {
                    LOG.error(
                            "Sink '{}' cannot commit {}, ever: its records are lost",
                            operator,
                            request.committable,
                            request.cause);
                    all.remove();
                }
                case FAILED ->
                        throw new CommitFailedException(
                                request.committable + " could not be committed", request.cause);
                case LATER -> {
                    again = true;
                    request.retries++;
                    if (request.retries > maxRetries) {
                        throw new CommitFailedException(
                                request.committable
                                        + " could not be committed in "
                                        + request.retries
                                        + " attempts; the limit is sink.committer.retries",
                                request.cause);
                    }
                }
                default -> throw new IllegalStateException("outcome " + request.outcome);
            }
        }
        pauses = again ? pauses + 1 : 0;
        retryAtMillis = again ? nowMillis + pauseMillis() : 0;
    }

    private long pauseMillis() {
        int doublings = Math.min(pauses - 1, 20);
        return Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << doublings);
    }

    /** A committable was given up for this run; the next one tries again. */
    static final class CommitFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CommitFailedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private enum Outcome {
        COMMITTED,
        LATER,
        /** Committed by nobody, ever. */
        LOST,
        FAILED
    }

    private static final class Request implements Committer.CommitRequest<Object> {
        private Object committable;

        /** First checkpoint that holds it. */
        private long checkpointId;

        private int retries;
        private Outcome outcome = Outcome.COMMITTED;
        private Throwable cause;

        Request(Object committable, long checkpointId) {
            this.committable = committable;
            this.checkpointId = checkpointId;
        }

        @Override
        public Object getCommittable() {
            return committable;
        }

        @Override
        public int getNumberOfRetries() {
            return retries;
        }

        @Override
        public void signalFailedWithKnownReason(Throwable t) {
            outcome = Outcome.LOST;
            cause = t;
        }

        @Override
        public void signalFailedWithUnknownReason(Throwable t) {
            outcome = Outcome.FAILED;
            cause = t;
        }

        @Override
        public void retryLater() {
            outcome = Outcome.LATER;
        }

        @Override
        public void updateAndRetryLater(Object updated) {
            committable = updated;
            outcome = Outcome.LATER;
        }

        @Override
        public void signalAlreadyCommitted() {
            outcome = Outcome.COMMITTED;
        }
    }
}
