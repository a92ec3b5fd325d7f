package io.millrace.runtime.operator;

import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.ReduceFunction;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.window.Evictor;
import io.millrace.api.window.TimestampedValue;
import io.millrace.api.window.Window;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes elements out of a window before and after its function is called.
 *
 * <p>Threads: owned by the subtask.
 */
final class WindowEviction {
    private final Evictor<Object, Window> evictor;
    private final WindowBuffer.TimestampedElements buffer;
    private final Evictor.EvictorContext context;
    private final ReduceFunction<Object> reduce;
    private final AggregateFunction<Object, Object, Object> aggregate;
    private List<TimestampedValue<Object>> elements;
    private int sizeBefore;

    /**
     * @param reduce combines what is left for the function, or null
     * @param aggregate likewise
     */
    WindowEviction(
            Evictor<Object, Window> evictor,
            WindowBuffer.TimestampedElements buffer,
            Evictor.EvictorContext context,
            ReduceFunction<Object> reduce,
            AggregateFunction<Object, Object, Object> aggregate) {
        this.evictor = evictor;
        this.buffer = buffer;
        this.context = context;
        this.reduce = reduce;
        this.aggregate = aggregate;
    }

    /** What the function is called with; null if the window has no elements. */
    Iterable<Object> before(Window window) throws Exception {
        elements = new ArrayList<>();
        for (Tuple2<Object, Long> element : buffer.elements()) {
            elements.add(new TimestampedValue<>(element.f0, element.f1));
        }
        sizeBefore = elements.size();
        if (sizeBefore == 0) {
            return null;
        }
        evictor.evictBefore(elements, elements.size(), window, context);
        List<Object> left = new ArrayList<>(elements.size());
        elements.forEach(element -> left.add(element.getValue()));
        return combined(left);
    }

    private List<Object> combined(List<Object> left) throws Exception {
        if (left.isEmpty() || reduce == null && aggregate == null) {
            return left;
        }
        Object result = null;
        if (reduce != null) {
            for (Object value : left) {
                result = result == null ? value : reduce.reduce(result, value);
            }
        } else {
            Object accumulator = aggregate.createAccumulator();
            for (Object value : left) {
                accumulator = aggregate.add(value, accumulator);
            }
            result = aggregate.getResult(accumulator);
        }
        List<Object> one = new ArrayList<>(1);
        one.add(result);
        return one;
    }

    /** Keeps what was not removed, for the next time. */
    void after(Window window) {
        evictor.evictAfter(elements, elements.size(), window, context);
        if (elements.size() < sizeBefore) {
            List<Tuple2<Object, Long>> kept = new ArrayList<>(elements.size());
            elements.forEach(
                    element -> kept.add(Tuple2.of(element.getValue(), element.getTimestamp())));
            buffer.stored().update(kept);
        }
        elements = null;
    }
}
