package io.millrace.api.transform;

import io.millrace.api.function.BroadcastProcessFunction;
import io.millrace.api.function.CoFlatMapFunction;
import io.millrace.api.function.CoMapFunction;
import io.millrace.api.function.CoProcessFunction;
import io.millrace.api.function.KeyedBroadcastProcessFunction;
import io.millrace.api.function.KeyedCoProcessFunction;
import io.millrace.api.state.MapStateDescriptor;
import java.io.Serializable;
import java.util.List;

/**
 * What an operator with two inputs does.
 *
 * @param <I1> type of the records of the first input
 * @param <I2> type of the records of the second input
 * @param <O> type of the records that go out
 */
public sealed interface TwoInputSpec<I1, I2, O> extends Serializable {

    /** One record out for each record in. */
    record CoMap<I1, I2, O>(CoMapFunction<I1, I2, O> function) implements TwoInputSpec<I1, I2, O> {}

    /** Any number of records out for each record in. */
    record CoFlatMap<I1, I2, O>(CoFlatMapFunction<I1, I2, O> function)
            implements TwoInputSpec<I1, I2, O> {}

    /** A process function that need not know of keys. */
    record CoProcess<I1, I2, O>(CoProcessFunction<I1, I2, O> function)
            implements TwoInputSpec<I1, I2, O> {}

    /** A process function on two keyed streams. */
    record KeyedCoProcess<K, I1, I2, O>(KeyedCoProcessFunction<K, I1, I2, O> function)
            implements TwoInputSpec<I1, I2, O> {}

    /**
     * A process function on a stream and a broadcast stream, which is the second input.
     *
     * @param states what the broadcast side may change and both may read
     */
    record BroadcastProcess<I1, I2, O>(
            BroadcastProcessFunction<I1, I2, O> function, List<MapStateDescriptor<?, ?>> states)
            implements TwoInputSpec<I1, I2, O> {
        public BroadcastProcess {
            states = List.copyOf(states);
        }
    }

    /**
     * A process function on a keyed stream and a broadcast stream, which is the second input.
     *
     * @param states what the broadcast side may change and both may read
     */
    record KeyedBroadcastProcess<K, I1, I2, O>(
            KeyedBroadcastProcessFunction<K, I1, I2, O> function,
            List<MapStateDescriptor<?, ?>> states)
            implements TwoInputSpec<I1, I2, O> {
        public KeyedBroadcastProcess {
            states = List.copyOf(states);
        }
    }
}
