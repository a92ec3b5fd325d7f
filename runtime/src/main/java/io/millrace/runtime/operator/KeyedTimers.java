package io.millrace.runtime.operator;

import io.millrace.api.time.TimeDomain;
import io.millrace.api.time.TimerService;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.Namespace;
import io.millrace.runtime.state.OrderedState;

/**
 * The timers of a keyed operator, for each key and namespace, in the operator's store.
 *
 * <p>What is registered belongs to the store's current key and to the namespace set last.
 *
 * <p>Threads: owned by the subtask.
 */
final class KeyedTimers implements TimerService {
    /** The store has no entry at the very end of time; nothing else is told apart from it. */
    private static final long LAST = Long.MAX_VALUE - 1;

    /** Timers by the wall clock between two looks at the mailbox. */
    private static final int MOST_AT_ONCE = 1024;

    private final OrderedState eventTimers;
    private final OrderedState processingTimers;
    private final ProcessingTime time;
    private final boolean namespaced;
    private final KeyedWatermark watermark;

    /**
     * @param namespaces of the timers: none, or windows
     */
    KeyedTimers(
            KeyedStateStore store,
            Namespace<?> namespaces,
            ProcessingTime time,
            KeyedWatermark watermark) {
        this.eventTimers = store.ordered("timers/event", namespaces);
        this.processingTimers = store.ordered("timers/processing", namespaces);
        this.time = time;
        this.namespaced = namespaces != Namespace.none();
        this.watermark = watermark;
    }

    /** Sets the namespace of what is registered from now on. */
    void bind(Object namespace) {
        eventTimers.setNamespace(namespace);
        processingTimers.setNamespace(namespace);
    }

    /** Called with each timer that fires, whose key is the store's current one. */
    interface Target {

        /**
         * @param namespace of the timer; null if it has none
         */
        void onTimer(long timeMillis, TimeDomain domain, Object namespace) throws Exception;
    }

    /** The watermark has come; what it has reached is fired by {@link #fireEventTimers}. */
    void advance(long watermarkMillis) {
        watermark.advance(watermarkMillis);
    }

    /** What event time has reached for all keys. */
    long watermarkOfAll() {
        return watermark.ofAll();
    }

    /**
     * Fires, one after the other, the timers that the watermark has reached, and those that are
     * registered meanwhile and have been reached as well.
     *
     * @param operator for messages
     * @return whether all were fired; otherwise there were {@code most}, or it was interrupted
     */
    boolean fireEventTimers(int most, Interruption interruption, String operator, Target target) {
        try {
            for (int fired = 0; eventTimers.poll(Math.min(watermark.ofAll(), LAST)); ) {
                target.onTimer(time(eventTimers), TimeDomain.EVENT_TIME, namespace(eventTimers));
                if (++fired >= most || interruption.isInterrupted()) {
                    return false;
                }
            }
            return true;
        } catch (Throwable t) {
            throw OperatorFailure.in(operator, "onTimer()", t);
        }
    }

    /** As {@link #fireEventTimers}, by the wall clock, some of them; waits for the next one. */
    void fireProcessingTimers(long nowMillis, String operator, Target target) {
        try {
            for (int fired = 0; fired < MOST_AT_ONCE && processingTimers.poll(nowMillis); fired++) {
                target.onTimer(
                        time(processingTimers),
                        TimeDomain.PROCESSING_TIME,
                        namespace(processingTimers));
            }
        } catch (Throwable t) {
            throw OperatorFailure.in(operator, "onTimer()", t);
        }
        wakeForNext();
    }

    private Object namespace(OrderedState timers) {
        return namespaced ? timers.namespace() : null;
    }

    private static long time(OrderedState timers) {
        return timers.order() == LAST ? Long.MAX_VALUE : timers.order();
    }

    /** Has the subtask woken for the next timer by the wall clock, if there is one. */
    void wakeForNext() {
        long next = processingTimers.least();
        if (next != OrderedState.NONE) {
            time.wakeAt(next);
        }
    }

    @Override
    public long currentProcessingTime() {
        return time.nowMillis();
    }

    /** What event time has reached for the store's current key. */
    @Override
    public long currentWatermark() {
        return watermark.ofKey();
    }

    @Override
    public void registerProcessingTimeTimer(long timer) {
        long at = Math.min(timer, LAST);
        processingTimers.add(at);
        time.wakeAt(at);
    }

    @Override
    public void registerEventTimeTimer(long timer) {
        eventTimers.add(Math.min(timer, LAST));
    }

    @Override
    public void deleteProcessingTimeTimer(long timer) {
        processingTimers.delete(Math.min(timer, LAST));
    }

    @Override
    public void deleteEventTimeTimer(long timer) {
        eventTimers.delete(Math.min(timer, LAST));
    }
}
