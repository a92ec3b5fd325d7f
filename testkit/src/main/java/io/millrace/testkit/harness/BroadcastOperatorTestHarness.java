package io.millrace.testkit.harness;

import io.millrace.api.function.OutputTag;
import io.millrace.api.stream.DataStream;
import io.millrace.api.type.TypeInformation;
import java.util.function.BiFunction;

/**
 * Drives a function with a broadcast stream beside its own.
 *
 * @param <IN1> type of the records of the function's own stream
 * @param <IN2> type of the records that are broadcast
 * @param <OUT> type of the records that come out
 */
public final class BroadcastOperatorTestHarness<IN1, IN2, OUT>
        extends TwoInputStreamOperatorTestHarness<IN1, IN2, OUT> {

    /**
     * @param operators broadcasts the second stream and connects the first with it
     */
    public BroadcastOperatorTestHarness(
            TypeInformation<IN1> type,
            TypeInformation<IN2> broadcastType,
            BiFunction<DataStream<IN1>, DataStream<IN2>, ? extends DataStream<OUT>> operators,
            OutputTag<?>... sideOutputs) {
        super(type, broadcastType, operators, sideOutputs);
    }

    /** A record of the function's own stream. */
    public void processElement(IN1 value, long timestampMillis) {
        processElement1(value, timestampMillis);
    }

    public void processBroadcastElement(IN2 value, long timestampMillis) {
        processElement2(value, timestampMillis);
    }

    public void processWatermark(long timestampMillis) {
        processWatermark1(timestampMillis);
    }

    public void processBroadcastWatermark(long timestampMillis) {
        processWatermark2(timestampMillis);
    }
}
