package io.millrace.testkit.harness;

import io.millrace.api.function.OutputTag;
import io.millrace.api.stream.DataStream;
import io.millrace.api.type.TypeInformation;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Drives what a program does with two streams: connected, keyed or not, or one of them broadcast.
 *
 * @param <IN1> type of the records of the first input
 * @param <IN2> type of the records of the second input
 * @param <OUT> type of the records that come out
 */
public sealed class TwoInputStreamOperatorTestHarness<IN1, IN2, OUT>
        extends AbstractStreamOperatorTestHarness<OUT> permits BroadcastOperatorTestHarness {

    /**
     * @param operators what is done with the streams
     * @param sideOutputs of the last operator, as far as the test looks at them
     */
    public TwoInputStreamOperatorTestHarness(
            TypeInformation<IN1> first,
            TypeInformation<IN2> second,
            BiFunction<DataStream<IN1>, DataStream<IN2>, ? extends DataStream<OUT>> operators,
            OutputTag<?>... sideOutputs) {
        super(
                TaskProgram.of(
                        first,
                        second,
                        (one, other, outputs) ->
                                OneInputStreamOperatorTestHarness.collect(
                                        operators.apply(one, other), outputs, sideOutputs)),
                0,
                List.of(sideOutputs));
    }

    /** A record without a timestamp. */
    public void processElement1(IN1 value) {
        run(() -> task().record(0, value));
    }

    public void processElement1(IN1 value, long timestampMillis) {
        run(() -> task().record(0, value, timestampMillis));
    }

    /** A record without a timestamp. */
    public void processElement2(IN2 value) {
        run(() -> task().record(1, value));
    }

    public void processElement2(IN2 value, long timestampMillis) {
        run(() -> task().record(1, value, timestampMillis));
    }

    public void processWatermark1(long timestampMillis) {
        run(() -> task().watermark(0, timestampMillis));
    }

    public void processWatermark2(long timestampMillis) {
        run(() -> task().watermark(1, timestampMillis));
    }

    /** A watermark on both inputs. */
    public void processBothWatermarks(long timestampMillis) {
        processWatermark1(timestampMillis);
        processWatermark2(timestampMillis);
    }
}
