package io.millrace.api.stream;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.CoFlatMapFunction;
import io.millrace.api.function.CoMapFunction;
import io.millrace.api.function.CoProcessFunction;
import io.millrace.api.function.Function;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.KeyedCoProcessFunction;
import io.millrace.api.transform.Partitioning;
import io.millrace.api.transform.TransformationGraph;
import io.millrace.api.transform.TwoInputSpec;
import io.millrace.api.transform.TwoInputTransformation;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import java.util.Map;

/**
 * Two streams that go into one operator, which has a function for each and one state for both.
 *
 * <p>State and timers of keys are there if both streams are keyed, by keys of one type.
 */
public class ConnectedStreams<IN1, IN2> {
    private final DataStream<IN1> first;
    private final DataStream<IN2> second;

    ConnectedStreams(DataStream<IN1> first, DataStream<IN2> second) {
        this.first = first;
        this.second = requireNonNull(second, "other");
        refuseOtherEnvironment(first, second);
    }

    static void refuseOtherEnvironment(DataStream<?> first, DataStream<?> second) {
        if (first.getExecutionEnvironment() != second.getExecutionEnvironment()) {
            throw new InvalidProgramException(
                    "'"
                            + first.getTransformation().name()
                            + "' and '"
                            + second.getTransformation().name()
                            + "' cannot be connected: they belong to different environments.");
        }
    }

    public StreamExecutionEnvironment getExecutionEnvironment() {
        return first.getExecutionEnvironment();
    }

    public DataStream<IN1> getFirstInput() {
        return first;
    }

    public DataStream<IN2> getSecondInput() {
        return second;
    }

    public TypeInformation<IN1> getType1() {
        return first.getType();
    }

    public TypeInformation<IN2> getType2() {
        return second.getType();
    }

    // ------------------------------------------------------------------ keys

    /** Records of either stream with an equal key go to the same subtask. */
    public <K1, K2> ConnectedStreams<IN1, IN2> keyBy(
            KeySelector<IN1, K1> keySelector1, KeySelector<IN2, K2> keySelector2) {
        return new ConnectedStreams<>(first.keyBy(keySelector1), second.keyBy(keySelector2));
    }

    public <K> ConnectedStreams<IN1, IN2> keyBy(
            KeySelector<IN1, K> keySelector1,
            KeySelector<IN2, K> keySelector2,
            TypeInformation<K> keyType) {
        return new ConnectedStreams<>(
                first.keyBy(keySelector1, keyType), second.keyBy(keySelector2, keyType));
    }

    /** By the field at a position of each, from 0. */
    public ConnectedStreams<IN1, IN2> keyBy(int position1, int position2) {
        return new ConnectedStreams<>(first.keyBy(position1), second.keyBy(position2));
    }

    public ConnectedStreams<IN1, IN2> keyBy(int[] positions1, int[] positions2) {
        return new ConnectedStreams<>(first.keyBy(positions1), second.keyBy(positions2));
    }

    /** By the field with a name of each. */
    public ConnectedStreams<IN1, IN2> keyBy(String field1, String field2) {
        return new ConnectedStreams<>(first.keyBy(field1), second.keyBy(field2));
    }

    public ConnectedStreams<IN1, IN2> keyBy(String[] fields1, String[] fields2) {
        return new ConnectedStreams<>(first.keyBy(fields1), second.keyBy(fields2));
    }

    // ------------------------------------------------------------------ functions

    public <R> SingleOutputStreamOperator<R> map(CoMapFunction<IN1, IN2, R> function) {
        return map(function, outputOf(function, CoMapFunction.class, 0));
    }

    public <R> SingleOutputStreamOperator<R> map(
            CoMapFunction<IN1, IN2, R> function, TypeInformation<R> outputType) {
        return operator(
                "Co-Map",
                first,
                second,
                outputType,
                new TwoInputSpec.CoMap<>(DataStream.checked("Co-Map", function)));
    }

    public <R> SingleOutputStreamOperator<R> flatMap(CoFlatMapFunction<IN1, IN2, R> function) {
        return flatMap(function, outputOf(function, CoFlatMapFunction.class, 0));
    }

    public <R> SingleOutputStreamOperator<R> flatMap(
            CoFlatMapFunction<IN1, IN2, R> function, TypeInformation<R> outputType) {
        return operator(
                "Co-Flat Map",
                first,
                second,
                outputType,
                new TwoInputSpec.CoFlatMap<>(DataStream.checked("Co-Flat Map", function)));
    }

    public <R> SingleOutputStreamOperator<R> process(CoProcessFunction<IN1, IN2, R> function) {
        return process(function, outputOf(function, CoProcessFunction.class, 0));
    }

    public <R> SingleOutputStreamOperator<R> process(
            CoProcessFunction<IN1, IN2, R> function, TypeInformation<R> outputType) {
        return operator(
                "Co-Process",
                first,
                second,
                outputType,
                new TwoInputSpec.CoProcess<>(DataStream.checked("Co-Process", function)));
    }

    public <K, R> SingleOutputStreamOperator<R> process(
            KeyedCoProcessFunction<K, IN1, IN2, R> function) {
        return process(function, outputOf(function, KeyedCoProcessFunction.class, 1));
    }

    public <K, R> SingleOutputStreamOperator<R> process(
            KeyedCoProcessFunction<K, IN1, IN2, R> function, TypeInformation<R> outputType) {
        if (first.key() == null || second.key() == null) {
            throw new InvalidProgramException(
                    function.getClass().getName()
                            + " cannot process '"
                            + first.getTransformation().name()
                            + "' and '"
                            + second.getTransformation().name()
                            + "': both streams must be keyed. Call keyBy(key1, key2) after"
                            + " connect(), or use a CoProcessFunction.");
        }
        return operator(
                "Co-Keyed-Process",
                first,
                second,
                outputType,
                new TwoInputSpec.KeyedCoProcess<>(
                        DataStream.checked("Co-Keyed-Process", function)));
    }

    private <R> TypeInformation<R> outputOf(Function function, Class<?> baseType, int firstInput) {
        return TypeExtractor.typeArgumentOf(
                requireNonNull(function, "function"),
                baseType,
                firstInput + 2,
                Map.of(firstInput, first.getType(), firstInput + 1, second.getType()));
    }

    static <A, B, R> SingleOutputStreamOperator<R> operator(
            String name,
            DataStream<A> first,
            DataStream<B> second,
            TypeInformation<R> outputType,
            TwoInputSpec<A, B, R> spec) {
        StreamExecutionEnvironment environment = first.getExecutionEnvironment();
        TransformationGraph graph = environment.getTransformations();
        boolean broadcast =
                spec instanceof TwoInputSpec.BroadcastProcess
                        || spec instanceof TwoInputSpec.KeyedBroadcastProcess;
        boolean keyed = first.key() != null && (second.key() != null || broadcast);
        if (keyed && !broadcast) {
            refuseDifferentKeys(name, first.key(), second.key());
        }
        Partitioning.Hash<A, ?> firstKey = keyed ? first.key() : null;
        Partitioning.Hash<B, ?> secondKey = keyed ? second.key() : null;
        return new SingleOutputStreamOperator<>(
                environment,
                graph.add(
                        new TwoInputTransformation<>(
                                graph.newId(),
                                name,
                                first.getTransformation(),
                                second.getTransformation(),
                                outputType,
                                spec,
                                firstKey,
                                secondKey)));
    }

    private static void refuseDifferentKeys(
            String name, Partitioning.Hash<?, ?> first, Partitioning.Hash<?, ?> second) {
        if (!first.keyType().equals(second.keyType())) {
            throw new InvalidProgramException(
                    "Two keyed streams cannot be connected for "
                            + name
                            + ": their keys are of type "
                            + first.keyType()
                            + " and "
                            + second.keyType()
                            + ". Give both the same key type, e.g. with keyBy(key1, key2,"
                            + " keyType).");
        }
    }
}
