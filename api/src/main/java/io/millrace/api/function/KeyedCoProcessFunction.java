package io.millrace.api.function;

import io.millrace.api.time.TimeDomain;
import io.millrace.api.time.TimerService;

/**
 * A process function on two connected keyed streams, which share state and timers of a key.
 *
 * <p>Threads: all calls come from the subtask's thread.
 */
public abstract class KeyedCoProcessFunction<K, IN1, IN2, OUT> extends AbstractRichFunction {
    private static final long serialVersionUID = 1L;

    public abstract void processElement1(IN1 value, Context ctx, Collector<OUT> out)
            throws Exception;

    public abstract void processElement2(IN2 value, Context ctx, Collector<OUT> out)
            throws Exception;

    /**
     * Called when a timer fires, with the state of its key.
     *
     * @param timestamp the time that was registered
     */
    public void onTimer(long timestamp, OnTimerContext ctx, Collector<OUT> out) throws Exception {}

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
