package io.millrace.runtime.exchange;

import io.millrace.runtime.exchange.StreamEvent.Barrier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * When the barriers of a subtask overtake records.
 *
 * @param timeoutMillis since the trigger of a checkpoint after which its barriers overtake; 0: from
 *     the start; {@link #NO_TIMEOUT}: they never do
 * @param wallMillis the wall clock
 * @param wakeAt has the subtask look again at a time of that clock
 */
public record Overtaking(long timeoutMillis, LongSupplier wallMillis, LongConsumer wakeAt) {
    public static final long NO_TIMEOUT = -1;

    /** All barriers stay in line. */
    public static final Overtaking NEVER = new Overtaking(NO_TIMEOUT, () -> 0, millis -> {});

    /** Whether a barrier may overtake at all; those of savepoints keep their places. */
    public boolean mayOvertake(Barrier barrier) {
        return timeoutMillis != NO_TIMEOUT && !barrier.kind().isSavepoint();
    }

    /** Whether it overtakes wherever it comes. */
    public boolean overtakesAtOnce(Barrier barrier) {
        return mayOvertake(barrier) && timeoutMillis == 0;
    }

    /**
     * When it begins to overtake. A trigger that seems to lie in the future was timed by a clock
     * that is ahead of this one.
     */
    public long deadlineMillis(Barrier barrier) {
        return Math.min(wallMillis.getAsLong(), barrier.wallMillis()) + timeoutMillis;
    }

    /** Whether the wall clock has come there. */
    public boolean isPast(long deadlineMillis) {
        return wallMillis.getAsLong() >= deadlineMillis;
    }
}
