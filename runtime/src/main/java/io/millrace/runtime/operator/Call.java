package io.millrace.runtime.operator;

import io.millrace.api.function.OutputTag;
import io.millrace.api.time.TimeDomain;
import io.millrace.api.time.TimerService;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.state.KeyedStateStore;

/**
 * What a process function is told about the record or timer it is called with; its contexts answer
 * from here.
 *
 * <p>Threads: owned by the subtask.
 */
final class Call {
    private final TimerService timers;
    private final SideOutputs sides;
    private final KeyedStateStore store;

    /** Of the record or timer; {@link RecordBatch#NO_TIMESTAMP} if it has none. */
    private long timestampMillis = RecordBatch.NO_TIMESTAMP;

    /** Of what the function emits. */
    private long emittedMillis = RecordBatch.NO_TIMESTAMP;

    /** Null while a record is at hand. */
    private TimeDomain domain;

    /** Null if it must be asked of the store. */
    private Object key;

    /**
     * @param store null on a stream without keys
     */
    Call(TimerService timers, SideOutputs sides, KeyedStateStore store) {
        this.timers = timers;
        this.sides = sides;
        this.store = store;
    }

    /**
     * @param key of the record, or null
     */
    void onRecord(long timestampMillis, Object key) {
        this.timestampMillis = timestampMillis;
        this.emittedMillis = timestampMillis;
        this.domain = null;
        this.key = key;
    }

    /** What is emitted has the timer's timestamp only if that is one of event time. */
    void onTimer(long timeMillis, TimeDomain domain) {
        this.timestampMillis = timeMillis;
        this.emittedMillis =
                domain == TimeDomain.EVENT_TIME ? timeMillis : RecordBatch.NO_TIMESTAMP;
        this.domain = domain;
        this.key = null;
    }

    Long timestamp() {
        return timestampMillis == RecordBatch.NO_TIMESTAMP ? null : timestampMillis;
    }

    long emittedMillis() {
        return emittedMillis;
    }

    TimeDomain domain() {
        return domain;
    }

    TimerService timers() {
        return timers;
    }

    Object currentKey() {
        if (key == null) {
            key = store.currentKey();
        }
        return key;
    }

    void output(OutputTag<?> tag, Object value) {
        sides.emit(tag, value, emittedMillis);
    }
}
