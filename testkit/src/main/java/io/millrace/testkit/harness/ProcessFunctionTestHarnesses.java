package io.millrace.testkit.harness;

import io.millrace.api.function.BroadcastProcessFunction;
import io.millrace.api.function.CoProcessFunction;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.KeyedBroadcastProcessFunction;
import io.millrace.api.function.KeyedCoProcessFunction;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.OutputTag;
import io.millrace.api.function.ProcessFunction;
import io.millrace.api.state.MapStateDescriptor;
import io.millrace.api.type.ResultTypeQueryable;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import java.util.List;
import java.util.Map;

/**
 * Harnesses for process functions, open and ready.
 *
 * <p>The types of the records are those that the function's class declares. Side outputs that a
 * test looks at are named by their tags.
 *
 * <p>The function is serialized, as on the way to a cluster, and the harness calls a copy.
 */
public final class ProcessFunctionTestHarnesses {
    private ProcessFunctionTestHarnesses() {}

    public static <IN, OUT> OneInputStreamOperatorTestHarness<IN, OUT> forProcessFunction(
            ProcessFunction<IN, OUT> function, OutputTag<?>... sideOutputs) {
        return opened(
                new OneInputStreamOperatorTestHarness<>(
                        argument(function, ProcessFunction.class, 0),
                        stream -> stream.process(function),
                        sideOutputs));
    }

    public static <K, IN, OUT>
            KeyedOneInputStreamOperatorTestHarness<K, IN, OUT> forKeyedProcessFunction(
                    KeyedProcessFunction<K, IN, OUT> function,
                    KeySelector<IN, K> keySelector,
                    TypeInformation<K> keyType,
                    OutputTag<?>... sideOutputs) {
        return opened(
                new KeyedOneInputStreamOperatorTestHarness<>(
                        argument(function, KeyedProcessFunction.class, 1),
                        keySelector,
                        keyType,
                        keyed -> keyed.process(function),
                        sideOutputs));
    }

    public static <IN1, IN2, OUT>
            TwoInputStreamOperatorTestHarness<IN1, IN2, OUT> forCoProcessFunction(
                    CoProcessFunction<IN1, IN2, OUT> function, OutputTag<?>... sideOutputs) {
        return opened(
                new TwoInputStreamOperatorTestHarness<>(
                        argument(function, CoProcessFunction.class, 0),
                        argument(function, CoProcessFunction.class, 1),
                        (first, second) -> first.connect(second).process(function),
                        sideOutputs));
    }

    public static <K, IN1, IN2, OUT>
            TwoInputStreamOperatorTestHarness<IN1, IN2, OUT> forKeyedCoProcessFunction(
                    KeyedCoProcessFunction<K, IN1, IN2, OUT> function,
                    KeySelector<IN1, K> firstKey,
                    KeySelector<IN2, K> secondKey,
                    TypeInformation<K> keyType,
                    OutputTag<?>... sideOutputs) {
        return opened(
                new TwoInputStreamOperatorTestHarness<>(
                        argument(function, KeyedCoProcessFunction.class, 1),
                        argument(function, KeyedCoProcessFunction.class, 2),
                        (first, second) ->
                                first.connect(second)
                                        .keyBy(firstKey, secondKey, keyType)
                                        .process(function),
                        sideOutputs));
    }

    public static <IN1, IN2, OUT>
            BroadcastOperatorTestHarness<IN1, IN2, OUT> forBroadcastProcessFunction(
                    BroadcastProcessFunction<IN1, IN2, OUT> function,
                    List<MapStateDescriptor<?, ?>> states,
                    OutputTag<?>... sideOutputs) {
        return opened(
                new BroadcastOperatorTestHarness<>(
                        argument(function, BroadcastProcessFunction.class, 0),
                        argument(function, BroadcastProcessFunction.class, 1),
                        (own, other) ->
                                own.connect(other.broadcast(descriptors(states))).process(function),
                        sideOutputs));
    }

    /** The same without side outputs. */
    public static <IN1, IN2, OUT>
            BroadcastOperatorTestHarness<IN1, IN2, OUT> forBroadcastProcessFunction(
                    BroadcastProcessFunction<IN1, IN2, OUT> function,
                    MapStateDescriptor<?, ?>... states) {
        return forBroadcastProcessFunction(function, List.of(states));
    }

    public static <K, IN1, IN2, OUT>
            BroadcastOperatorTestHarness<IN1, IN2, OUT> forKeyedBroadcastProcessFunction(
                    KeyedBroadcastProcessFunction<K, IN1, IN2, OUT> function,
                    KeySelector<IN1, K> keySelector,
                    TypeInformation<K> keyType,
                    List<MapStateDescriptor<?, ?>> states,
                    OutputTag<?>... sideOutputs) {
        return opened(
                new BroadcastOperatorTestHarness<>(
                        argument(function, KeyedBroadcastProcessFunction.class, 1),
                        argument(function, KeyedBroadcastProcessFunction.class, 2),
                        (own, other) ->
                                own.keyBy(keySelector, keyType)
                                        .connect(other.broadcast(descriptors(states)))
                                        .process(function),
                        sideOutputs));
    }

    /** The same without side outputs. */
    public static <K, IN1, IN2, OUT>
            BroadcastOperatorTestHarness<IN1, IN2, OUT> forKeyedBroadcastProcessFunction(
                    KeyedBroadcastProcessFunction<K, IN1, IN2, OUT> function,
                    KeySelector<IN1, K> keySelector,
                    TypeInformation<K> keyType,
                    MapStateDescriptor<?, ?>... states) {
        return forKeyedBroadcastProcessFunction(function, keySelector, keyType, List.of(states));
    }

    private static MapStateDescriptor<?, ?>[] descriptors(List<MapStateDescriptor<?, ?>> states) {
        return states.toArray(MapStateDescriptor<?, ?>[]::new);
    }

    private static <H extends AbstractStreamOperatorTestHarness<?>> H opened(H harness) {
        harness.open();
        return harness;
    }

    private static <T> TypeInformation<T> argument(Object function, Class<?> of, int index) {
        if (function instanceof ResultTypeQueryable<?>) {
            throw new IllegalArgumentException(
                    function.getClass().getName()
                            + " tells its result type itself, and nothing of what it takes: make a"
                            + " harness with the type of its records, by its constructor");
        }
        return TypeExtractor.typeArgumentOf(function, of, index, Map.of());
    }
}
