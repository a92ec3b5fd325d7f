package io.millrace.runtime.operator;

import io.millrace.api.function.AllWindowFunction;
import io.millrace.api.function.Collector;
import io.millrace.api.function.ProcessAllWindowFunction;
import io.millrace.api.function.ProcessWindowFunction;
import io.millrace.api.function.WindowFunction;
import io.millrace.api.window.Window;

/**
 * What is done with a window that fires.
 *
 * <p>Threads: owned by the subtask.
 */
interface WindowCall {

    void fire(Object key, Window window, Iterable<Object> contents, Collector<Object> out)
            throws Exception;

    /** The window is dropped. */
    default void clear(Window window) throws Exception {}

    /** Emits the contents. */
    final class Contents implements WindowCall {
        @Override
        public void fire(
                Object key, Window window, Iterable<Object> contents, Collector<Object> out) {
            for (Object record : contents) {
                out.collect(record);
            }
        }
    }

    record Applied(WindowFunction<Object, Object, Object, Window> function) implements WindowCall {
        @Override
        public void fire(
                Object key, Window window, Iterable<Object> contents, Collector<Object> out)
                throws Exception {
            function.apply(key, window, contents, out);
        }
    }

    record AllApplied(AllWindowFunction<Object, Object, Window> function) implements WindowCall {
        @Override
        public void fire(
                Object key, Window window, Iterable<Object> contents, Collector<Object> out)
                throws Exception {
            function.apply(window, contents, out);
        }
    }

    record Processed(
            ProcessWindowFunction<Object, Object, Object, Window> function,
            ProcessWindowContext context)
            implements WindowCall {
        @Override
        public void fire(
                Object key, Window window, Iterable<Object> contents, Collector<Object> out)
                throws Exception {
            context.bind(window);
            function.process(key, context, contents, out);
        }

        @Override
        public void clear(Window window) throws Exception {
            context.bind(window);
            function.clear(context);
        }
    }

    record AllProcessed(
            ProcessAllWindowFunction<Object, Object, Window> function,
            ProcessAllWindowContext context)
            implements WindowCall {
        @Override
        public void fire(
                Object key, Window window, Iterable<Object> contents, Collector<Object> out)
                throws Exception {
            context.bind(window);
            function.process(context, contents, out);
        }

        @Override
        public void clear(Window window) throws Exception {
            context.bind(window);
            function.clear(context);
        }
    }
}
