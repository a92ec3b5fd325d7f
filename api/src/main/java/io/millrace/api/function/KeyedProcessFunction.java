package io.millrace.api.function;

import io.millrace.api.time.TimeDomain;
import io.millrace.api.time.TimerService;

/**
 * A process function on a keyed stream: state and timers for each key.
 *
 * <p>Threads: all calls come from the subtask's thread.
 */
public abstract class KeyedProcessFunction<K, I, O> extends AbstractRichFunction {
    private static final long serialVersionUID = 1L;

    public abstract void processElement(I value, Context ctx, Collector<O> out) throws Exception;

    /**
     * Called when a timer fires, with the state of its key.
     *
     * @param timestamp the time that was registered
     */
    public void onTimer(long timestamp, OnTimerContext ctx, Collector<O> out) throws Exception {}

    /** About the record at hand; valid only during the call. */
    public abstract class Context {
        /** In milliseconds, or null if the record has none. */
        public abstract Long timestamp();

        public abstract TimerService timerService();

        /** Emits into a side output. */
        public abstract <X> void output(OutputTag<X> outputTag, X value);

        public abstract K getCurrentKey();
    }

    /** About the timer that fires; valid only during the call. */
    public abstract class OnTimerContext extends Context {
        public abstract TimeDomain timeDomain();

        @Override
        public abstract K getCurrentKey();
    }
}
