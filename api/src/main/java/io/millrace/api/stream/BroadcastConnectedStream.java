package io.millrace.api.stream;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.function.BroadcastProcessFunction;
import io.millrace.api.function.KeyedBroadcastProcessFunction;
import io.millrace.api.transform.TwoInputSpec;
import io.millrace.api.type.TypeExtractor;
import io.millrace.api.type.TypeInformation;
import java.util.Map;

/**
 * A stream and a broadcast stream that go into one operator.
 *
 * @param <IN1> type of the records of the stream that is not broadcast
 * @param <IN2> type of the broadcast records
 */
public class BroadcastConnectedStream<IN1, IN2> {
    private final DataStream<IN1> first;
    private final BroadcastStream<IN2> second;

    BroadcastConnectedStream(DataStream<IN1> first, BroadcastStream<IN2> second) {
        this.first = first;
        this.second = requireNonNull(second, "second");
        ConnectedStreams.refuseOtherEnvironment(first, second.stream());
    }

    public DataStream<IN1> getFirstInput() {
        return first;
    }

    public BroadcastStream<IN2> getSecondInput() {
        return second;
    }

    public <KS, OUT> SingleOutputStreamOperator<OUT> process(
            KeyedBroadcastProcessFunction<KS, IN1, IN2, OUT> function) {
        return process(
                function,
                TypeExtractor.typeArgumentOf(
                        requireNonNull(function, "function"),
                        KeyedBroadcastProcessFunction.class,
                        3,
                        Map.of(1, first.getType(), 2, second.stream().getType())));
    }

    public <KS, OUT> SingleOutputStreamOperator<OUT> process(
            KeyedBroadcastProcessFunction<KS, IN1, IN2, OUT> function,
            TypeInformation<OUT> outputType) {
        if (first.key() == null) {
            throw refused(function, "is not keyed", "Call keyBy() on it, or use a Broadcast");
        }
        return ConnectedStreams.operator(
                "Co-Process-Broadcast-Keyed",
                first,
                second.stream(),
                outputType,
                new TwoInputSpec.KeyedBroadcastProcess<>(
                        DataStream.checked("Co-Process-Broadcast-Keyed", function),
                        second.getBroadcastStateDescriptors()));
    }

    public <OUT> SingleOutputStreamOperator<OUT> process(
            BroadcastProcessFunction<IN1, IN2, OUT> function) {
        return process(
                function,
                TypeExtractor.typeArgumentOf(
                        requireNonNull(function, "function"),
                        BroadcastProcessFunction.class,
                        2,
                        Map.of(0, first.getType(), 1, second.stream().getType())));
    }

    public <OUT> SingleOutputStreamOperator<OUT> process(
            BroadcastProcessFunction<IN1, IN2, OUT> function, TypeInformation<OUT> outputType) {
        if (first.key() != null) {
            throw refused(function, "is keyed", "Leave keyBy() out, or use a KeyedBroadcast");
        }
        return ConnectedStreams.operator(
                "Co-Process-Broadcast",
                first,
                second.stream(),
                outputType,
                new TwoInputSpec.BroadcastProcess<>(
                        DataStream.checked("Co-Process-Broadcast", function),
                        second.getBroadcastStateDescriptors()));
    }

    private InvalidProgramException refused(Object function, String how, String cure) {
        return new InvalidProgramException(
                function.getClass().getName()
                        + " cannot process stream '"
                        + first.getTransformation().name()
                        + "' with a broadcast stream: the stream "
                        + how
                        + ". "
                        + cure
                        + "ProcessFunction.");
    }
}
