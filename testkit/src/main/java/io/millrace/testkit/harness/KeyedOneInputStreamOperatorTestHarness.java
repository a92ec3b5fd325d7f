package io.millrace.testkit.harness;

import io.millrace.api.function.KeySelector;
import io.millrace.api.function.OutputTag;
import io.millrace.api.stream.DataStream;
import io.millrace.api.stream.KeyedStream;
import io.millrace.api.type.TypeInformation;
import java.util.List;
import java.util.function.Function;

/**
 * Drives what a program does with a keyed stream: a process function, a window, a reduction.
 *
 * <pre>
 *   try (var harness = new KeyedOneInputStreamOperatorTestHarness&lt;String, Click, Long>(
 *           Types.POJO(Click.class), click -> click.user, Types.STRING,
 *           clicks -> clicks.window(TumblingEventTimeWindows.of(Time.seconds(10)))
 *                           .aggregate(new Count()))) {
 * </pre>
 *
 * @param <K> type of the keys
 * @param <IN> type of the records that come in
 * @param <OUT> type of the records that come out
 */
public final class KeyedOneInputStreamOperatorTestHarness<K, IN, OUT>
        extends OneInputStreamOperatorTestHarness<IN, OUT> {

    /** One subtask that has all keys. */
    public KeyedOneInputStreamOperatorTestHarness(
            TypeInformation<IN> type,
            KeySelector<IN, K> keySelector,
            TypeInformation<K> keyType,
            Function<KeyedStream<IN, K>, ? extends DataStream<OUT>> operators,
            OutputTag<?>... sideOutputs) {
        this(type, keySelector, keyType, operators, 128, 1, 0, sideOutputs);
    }

    /**
     * One subtask of several; a record whose key belongs to another is refused.
     *
     * @param maxParallelism number of key groups
     * @param numSubtasks parallelism
     * @param subtaskIndex from 0
     */
    public KeyedOneInputStreamOperatorTestHarness(
            TypeInformation<IN> type,
            KeySelector<IN, K> keySelector,
            TypeInformation<K> keyType,
            Function<KeyedStream<IN, K>, ? extends DataStream<OUT>> operators,
            int maxParallelism,
            int numSubtasks,
            int subtaskIndex,
            OutputTag<?>... sideOutputs) {
        super(
                OneInputStreamOperatorTestHarness.program(
                                type,
                                (DataStream<IN> stream) ->
                                        operators.apply(stream.keyBy(keySelector, keyType)),
                                sideOutputs)
                        .withMaxParallelism(maxParallelism)
                        .withParallelism(numSubtasks),
                subtaskIndex,
                List.of(sideOutputs));
    }
}
