package io.millrace.testkit.harness;

import io.millrace.api.function.OutputTag;
import io.millrace.api.stream.DataStream;
import io.millrace.api.stream.SingleOutputStreamOperator;
import io.millrace.api.time.Watermark;
import io.millrace.api.type.TypeInformation;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Drives what a program does with one stream: an operator, or several that are chained.
 *
 * <pre>
 *   try (var harness = new OneInputStreamOperatorTestHarness&lt;Long, Long>(
 *           Types.LONG, numbers -> numbers.map(n -> n + 1))) {
 *       harness.open();
 *       harness.processElement(1L, 10);
 *       assertThat(harness.extractOutputValues()).containsExactly(2L);
 *   }
 * </pre>
 *
 * @param <IN> type of the records that come in
 * @param <OUT> type of the records that come out
 */
public sealed class OneInputStreamOperatorTestHarness<IN, OUT>
        extends AbstractStreamOperatorTestHarness<OUT>
        permits KeyedOneInputStreamOperatorTestHarness {

    /**
     * @param operators what is done with the stream
     * @param sideOutputs of the last operator, as far as the test looks at them
     */
    public OneInputStreamOperatorTestHarness(
            TypeInformation<IN> type,
            Function<DataStream<IN>, ? extends DataStream<OUT>> operators,
            OutputTag<?>... sideOutputs) {
        this(program(type, operators, sideOutputs), 0, List.of(sideOutputs));
    }

    OneInputStreamOperatorTestHarness(
            TaskProgram program, int subtask, List<OutputTag<?>> sideOutputs) {
        super(program, subtask, sideOutputs);
    }

    /**
     * Drives a sink.
     *
     * @param sink puts the stream into it
     */
    public static <IN> OneInputStreamOperatorTestHarness<IN, Void> ofSink(
            TypeInformation<IN> type, Consumer<DataStream<IN>> sink) {
        return new OneInputStreamOperatorTestHarness<>(
                TaskProgram.of(type, (stream, outputs) -> sink.accept(stream)), 0, List.of());
    }

    static <IN, OUT> TaskProgram program(
            TypeInformation<IN> type,
            Function<DataStream<IN>, ? extends DataStream<OUT>> operators,
            OutputTag<?>... sideOutputs) {
        return TaskProgram.of(
                type, (stream, outputs) -> collect(operators.apply(stream), outputs, sideOutputs));
    }

    static void collect(
            DataStream<?> stream, TaskProgram.Outputs outputs, OutputTag<?>... sideOutputs) {
        outputs.collect(MAIN, stream);
        for (OutputTag<?> tag : sideOutputs) {
            if (!(stream instanceof SingleOutputStreamOperator<?> operator)) {
                throw new IllegalArgumentException(
                        "No operator at the end, so there is no side output '" + tag.getId() + "'");
            }
            outputs.collect(nameOf(tag), operator.getSideOutput(tag));
        }
    }

    /** A record without a timestamp. */
    public void processElement(IN value) {
        run(() -> task().record(0, value));
    }

    public void processElement(IN value, long timestampMillis) {
        run(() -> task().record(0, value, timestampMillis));
    }

    public void processElement(StreamRecord<IN> element) {
        if (element.timestamp() == null) {
            processElement(element.value());
        } else {
            processElement(element.value(), element.timestamp());
        }
    }

    public void processWatermark(long timestampMillis) {
        run(() -> task().watermark(0, timestampMillis));
    }

    public void processWatermark(Watermark watermark) {
        processWatermark(watermark.getTimestamp());
    }

    public void processWatermarkStatus(WatermarkStatus status) {
        run(() -> task().channel(0, 0).status(status));
    }
}
