package io.millrace.runtime.master;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Where a job is in its life.
 *
 * <pre>
 * CREATED -> PREPARING -> WAITING_FOR_WORKERS -> DEPLOYING -> RUNNING -> COMMITTING -> FINISHED
 *                               ^                    |           |
 *                               +---- RESTARTING <---+-----------+
 * WAITING_FOR_WORKERS -> RUNNING (what another master had started is taken over as it runs)
 * any before COMMITTING -> CANCELLING -> CANCELED
 * any before the end    -> FAILING    -> FAILED
 * any                   -> FENCED      (another application master owns the job now)
 * </pre>
 *
 * <p>A job of several regions, which no edge connects, is where the least advanced of them is:
 * RESTARTING before WAITING_FOR_WORKERS before DEPLOYING before RUNNING. So a job is RUNNING only
 * if all of it runs; while it is RESTARTING, its other regions run on, as the counts of its
 * vertices tell.
 */
public enum JobState {
    /** Its record is being taken over, or its graph is not there yet. */
    CREATED,
    /** Its files are being looked at. */
    PREPARING,
    WAITING_FOR_WORKERS,
    /** Every subtask has a slot; not all run yet. */
    DEPLOYING,
    RUNNING,
    /** Its attempts are being cancelled, or it waits for its next start. */
    RESTARTING,
    /** Every subtask has finished; the output is being made visible. */
    COMMITTING,
    FINISHED,
    CANCELLING,
    CANCELED,
    FAILING,
    FAILED,
    /** Another master has taken the job over: this one says and does nothing any more. */
    FENCED;

    private static final Map<JobState, Set<JobState>> NEXT = new EnumMap<>(JobState.class);

    static {
        NEXT.put(
                CREATED,
                EnumSet.of(
                        PREPARING,
                        COMMITTING,
                        CANCELLING,
                        FAILING,
                        FINISHED,
                        CANCELED,
                        FAILED,
                        FENCED));
        NEXT.put(PREPARING, EnumSet.of(WAITING_FOR_WORKERS, CANCELLING, FAILING, FENCED));
        NEXT.put(
                WAITING_FOR_WORKERS,
                EnumSet.of(
                        DEPLOYING, RUNNING, COMMITTING, RESTARTING, CANCELLING, FAILING, FENCED));
        NEXT.put(
                DEPLOYING,
                EnumSet.of(RUNNING, COMMITTING, RESTARTING, CANCELLING, FAILING, FENCED));
        NEXT.put(RUNNING, EnumSet.of(COMMITTING, RESTARTING, CANCELLING, FAILING, FENCED));
        NEXT.put(RESTARTING, EnumSet.of(WAITING_FOR_WORKERS, CANCELLING, FAILING, FENCED));
        NEXT.put(COMMITTING, EnumSet.of(FINISHED, FAILING, FENCED));
        NEXT.put(CANCELLING, EnumSet.of(CANCELED, FENCED));
        NEXT.put(FAILING, EnumSet.of(FAILED, FENCED));
        NEXT.put(FINISHED, EnumSet.of(FENCED));
        NEXT.put(CANCELED, EnumSet.of(FENCED));
        NEXT.put(FAILED, EnumSet.of(FENCED));
        NEXT.put(FENCED, EnumSet.noneOf(JobState.class));
    }

    /** Whether the table of moves has this one. */
    public boolean mayBecome(JobState next) {
        return NEXT.get(this).contains(next);
    }

    /** Whether the job has a result. */
    public boolean isEnd() {
        return this == FINISHED || this == CANCELED || this == FAILED;
    }
}
