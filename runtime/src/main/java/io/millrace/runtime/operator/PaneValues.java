package io.millrace.runtime.operator;

import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.ReduceFunction;

/** What panes keep, and how two of them become one. */
sealed interface PaneValues {

    /**
     * @param before null if it is the pane's first record
     */
    Object add(Object before, Object value) throws Exception;

    /** Of the older pane and the newer one; neither is null, and both may be changed. */
    Object merge(Object older, Object newer) throws Exception;

    /** What the window's function is called with. */
    Object result(Object merged);

    record Reduced(ReduceFunction<Object> function) implements PaneValues {
        @Override
        public Object add(Object before, Object value) throws Exception {
            return before == null ? value : function.reduce(before, value);
        }

        @Override
        public Object merge(Object older, Object newer) throws Exception {
            return function.reduce(older, newer);
        }

        @Override
        public Object result(Object merged) {
            return merged;
        }
    }

    record Aggregated(AggregateFunction<Object, Object, Object> function) implements PaneValues {
        @Override
        public Object add(Object before, Object value) {
            return function.add(value, before == null ? function.createAccumulator() : before);
        }

        @Override
        public Object merge(Object older, Object newer) {
            return function.merge(older, newer);
        }

        @Override
        public Object result(Object merged) {
            return function.getResult(merged);
        }
    }
}
