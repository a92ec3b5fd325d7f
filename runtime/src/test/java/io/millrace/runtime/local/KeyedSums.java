package io.millrace.runtime.local;

import io.millrace.api.Configuration;
import io.millrace.api.function.RichMapFunction;
import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;
import java.util.Map;

/**
 * Adds up numbers in state of their key, which is their remainder, and shows each new sum to the
 * test.
 */
final class KeyedSums extends RichMapFunction<Long, Long> {
    private static final long serialVersionUID = 1L;

    /** What a test shares with its job, if sums are in it. */
    interface Shown {
        /** The last sum of each key; any thread may put one there. */
        Map<Long, Long> sums();
    }

    private final SharedWithJob<? extends Shown> test;
    private final int keys;
    private transient ValueState<Long> sum;

    KeyedSums(SharedWithJob<? extends Shown> test, int keys) {
        this.test = test;
        this.keys = keys;
    }

    @Override
    public void open(Configuration parameters) {
        sum = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Long.class));
    }

    @Override
    public Long map(Long value) throws Exception {
        Long before = sum.value();
        long now = before == null ? value : before + value;
        sum.update(now);
        test.get().sums().put(value % keys, now);
        return now;
    }
}
