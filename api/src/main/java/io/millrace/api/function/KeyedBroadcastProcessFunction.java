package io.millrace.api.function;

import io.millrace.api.state.KeyedStateFunction;
import io.millrace.api.state.State;
import io.millrace.api.state.StateDescriptor;
import io.millrace.api.time.TimeDomain;
import io.millrace.api.time.TimerService;

/**
 * A process function on a keyed stream and a broadcast stream.
 *
 * @param <KS> type of the keys
 * @param <IN1> type of the records of the keyed stream
 * @param <IN2> type of the broadcast records
 */
public abstract class KeyedBroadcastProcessFunction<KS, IN1, IN2, OUT>
        extends BaseBroadcastProcessFunction {
    private static final long serialVersionUID = 1L;

    public abstract void processElement(IN1 value, ReadOnlyContext ctx, Collector<OUT> out)
            throws Exception;

    /** Called in every subtask; all must change the broadcast state in the same way. */
    public abstract void processBroadcastElement(IN2 value, Context ctx, Collector<OUT> out)
            throws Exception;

    /**
     * Called when a timer fires, with the state of its key.
     *
     * @param timestamp the time that was registered
     */
    public void onTimer(long timestamp, OnTimerContext ctx, Collector<OUT> out) throws Exception {}

    /** About a record of the broadcast side; valid only during the call. */
    public abstract class Context extends BaseBroadcastProcessFunction.Context {
        /** Calls the function for each key of this subtask that has the state. */
        public abstract <VS, S extends State> void applyToKeyedState(
                StateDescriptor<S, VS> stateDescriptor, KeyedStateFunction<KS, S> function)
                throws Exception;
    }

    /** About a record of the keyed side; valid only during the call. */
    public abstract class ReadOnlyContext extends BaseBroadcastProcessFunction.ReadOnlyContext {
        public abstract TimerService timerService();

        public abstract KS getCurrentKey();
    }

    /** About the timer that fires; valid only during the call. */
    public abstract class OnTimerContext extends ReadOnlyContext {
        public abstract TimeDomain timeDomain();

        @Override
        public abstract KS getCurrentKey();
    }
}
