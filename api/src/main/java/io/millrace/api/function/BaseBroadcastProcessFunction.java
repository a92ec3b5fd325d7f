package io.millrace.api.function;

import io.millrace.api.state.BroadcastState;
import io.millrace.api.state.MapStateDescriptor;
import io.millrace.api.state.ReadOnlyBroadcastState;

/** What the two process functions with a broadcast side have in common; not to be extended. */
public abstract class BaseBroadcastProcessFunction extends AbstractRichFunction {
    private static final long serialVersionUID = 1L;

    BaseBroadcastProcessFunction() {}

    /** About the record at hand; valid only during the call. */
    abstract class BaseContext {
        /** In milliseconds, or null if the record has none. */
        public abstract Long timestamp();

        /** Emits into a side output. */
        public abstract <X> void output(OutputTag<X> outputTag, X value);

        /** In milliseconds since 1970. */
        public abstract long currentProcessingTime();

        /** In milliseconds; {@code Long.MIN_VALUE} before the first one. */
        public abstract long currentWatermark();
    }

    /** About a record of the broadcast side. */
    public abstract class Context extends BaseContext {
        /** The state with that name; it must be among those that the stream was broadcast with. */
        public abstract <K, V> BroadcastState<K, V> getBroadcastState(
                MapStateDescriptor<K, V> descriptor);
    }

    /** About a record of the other side. */
    public abstract class ReadOnlyContext extends BaseContext {
        /** The state with that name; it must be among those that the stream was broadcast with. */
        public abstract <K, V> ReadOnlyBroadcastState<K, V> getBroadcastState(
                MapStateDescriptor<K, V> descriptor);
    }
}
