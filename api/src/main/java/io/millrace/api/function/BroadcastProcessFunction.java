package io.millrace.api.function;

/**
 * A process function on a stream and a broadcast stream.
 *
 * @param <IN1> type of the records of the stream that is not broadcast
 * @param <IN2> type of the broadcast records
 */
public abstract class BroadcastProcessFunction<IN1, IN2, OUT> extends BaseBroadcastProcessFunction {
    private static final long serialVersionUID = 1L;

    public abstract void processElement(IN1 value, ReadOnlyContext ctx, Collector<OUT> out)
            throws Exception;

    /** Called in every subtask; all must change the broadcast state in the same way. */
    public abstract void processBroadcastElement(IN2 value, Context ctx, Collector<OUT> out)
            throws Exception;

    /** About a record of the broadcast side; valid only during the call. */
    public abstract class Context extends BaseBroadcastProcessFunction.Context {}

    /** About a record of the other side; valid only during the call. */
    public abstract class ReadOnlyContext extends BaseBroadcastProcessFunction.ReadOnlyContext {}
}
