package io.millrace.api.window;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;
import io.millrace.api.time.Time;
import java.time.Duration;

/**
 * Another trigger, which also fires when some time has passed by the clock of the machine since the
 * window's first record, or its last one.
 *
 * <p>Whenever the other trigger fires for a record the time begins anew with the next one. Timers
 * of the other trigger make the window fire, too.
 */
public class ProcessingTimeoutTrigger<T, W extends Window> extends Trigger<T, W> {
    private static final long serialVersionUID = 1L;

    private static final ValueStateDescriptor<Long> TIMEOUT =
            new ValueStateDescriptor<>("timeout", Long.class);

    private final Trigger<T, W> nested;
    private final long timeoutMillis;
    private final boolean resetsOnRecord;
    private final boolean clearsOnTimeout;

    private ProcessingTimeoutTrigger(
            Trigger<T, W> nested,
            Duration timeout,
            boolean resetsOnRecord,
            boolean clearsOnTimeout) {
        this.nested = requireNonNull(nested, "nestedTrigger");
        this.timeoutMillis = Time.millisOf(timeout, "The timeout of a trigger");
        this.resetsOnRecord = resetsOnRecord;
        this.clearsOnTimeout = clearsOnTimeout;
        if (timeoutMillis < 1) {
            throw new InvalidProgramException(
                    "A trigger was given a timeout of "
                            + timeoutMillis
                            + " ms, but it must be at least 1.");
        }
    }

    /** Counts from the first record, and clears the other trigger when the time has passed. */
    public static <T, W extends Window> ProcessingTimeoutTrigger<T, W> of(
            Trigger<T, W> nestedTrigger, Duration timeout) {
        return of(nestedTrigger, timeout, false, true);
    }

    /**
     * @param timeout at least a millisecond
     * @param resetTimerOnNewRecord whether each record begins the time anew
     * @param shouldClearOnTimeout whether the other trigger forgets what it knows of the window
     *     when a timer makes it fire
     */
    public static <T, W extends Window> ProcessingTimeoutTrigger<T, W> of(
            Trigger<T, W> nestedTrigger,
            Duration timeout,
            boolean resetTimerOnNewRecord,
            boolean shouldClearOnTimeout) {
        return new ProcessingTimeoutTrigger<>(
                nestedTrigger, timeout, resetTimerOnNewRecord, shouldClearOnTimeout);
    }

    @Override
    public TriggerResult onElement(T element, long timestamp, W window, TriggerContext ctx)
            throws Exception {
        TriggerResult result = nested.onElement(element, timestamp, window, ctx);
        if (result.isFire()) {
            clear(window, ctx);
            return result;
        }
        ValueState<Long> timeout = ctx.getPartitionedState(TIMEOUT);
        Long due = timeout.value();
        if (due == null || resetsOnRecord) {
            if (due != null) {
                ctx.deleteProcessingTimeTimer(due);
            }
            long next = ctx.getCurrentProcessingTime() + timeoutMillis;
            timeout.update(next);
            ctx.registerProcessingTimeTimer(next);
        }
        return result;
    }

    @Override
    public TriggerResult onProcessingTime(long time, W window, TriggerContext ctx)
            throws Exception {
        return fired(nested.onProcessingTime(time, window, ctx), window, ctx);
    }

    @Override
    public TriggerResult onEventTime(long time, W window, TriggerContext ctx) throws Exception {
        return fired(nested.onEventTime(time, window, ctx), window, ctx);
    }

    private TriggerResult fired(TriggerResult result, W window, TriggerContext ctx)
            throws Exception {
        if (clearsOnTimeout) {
            clear(window, ctx);
        }
        return result.isPurge() ? TriggerResult.FIRE_AND_PURGE : TriggerResult.FIRE;
    }

    @Override
    public void clear(W window, TriggerContext ctx) throws Exception {
        ValueState<Long> timeout = ctx.getPartitionedState(TIMEOUT);
        Long due = timeout.value();
        if (due != null) {
            ctx.deleteProcessingTimeTimer(due);
            timeout.clear();
        }
        nested.clear(window, ctx);
    }

    @Override
    public String toString() {
        return "ProcessingTimeoutTrigger(" + nested + ", " + timeoutMillis + ")";
    }
}
