package io.millrace.runtime.operator;

import io.millrace.api.function.Collector;
import io.millrace.api.function.FilterFunction;
import io.millrace.api.function.FlatMapFunction;
import io.millrace.api.function.KeySelector;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.ProcessFunction;
import io.millrace.api.function.SinkFunction;
import io.millrace.runtime.exchange.RecordBatch;

/**
 * Operators that call one function of the user's for each record and keep nothing.
 *
 * <p>The function alone stands in the try block, not what the chain does with its result, except
 * where the function emits by itself.
 */
final class FunctionOperators {
    private FunctionOperators() {}

    static final class Map implements Operator {
        private final UserFunction<MapFunction<Object, Object>> user;
        private final MapFunction<Object, Object> function;
        private final Output output;

        Map(UserFunction<MapFunction<Object, Object>> user, Output output) {
            this.user = user;
            this.function = user.function();
            this.output = output;
        }

        @Override
        public void open() throws Exception {
            user.open();
        }

        @Override
        public void process(Object value, long timestampMillis) {
            Object result;
            try {
                result = function.map(value);
            } catch (Throwable t) {
                throw OperatorFailure.onRecord(user.name(), value, t);
            }
            output.process(result, timestampMillis);
        }

        @Override
        public void close() throws Exception {
            user.close();
        }
    }

    static final class Filter implements Operator {
        private final UserFunction<FilterFunction<Object>> user;
        private final FilterFunction<Object> function;
        private final Output output;

        Filter(UserFunction<FilterFunction<Object>> user, Output output) {
            this.user = user;
            this.function = user.function();
            this.output = output;
        }

        @Override
        public void open() throws Exception {
            user.open();
        }

        @Override
        public void process(Object value, long timestampMillis) {
            boolean keep;
            try {
                keep = function.filter(value);
            } catch (Throwable t) {
                throw OperatorFailure.onRecord(user.name(), value, t);
            }
            if (keep) {
                output.process(value, timestampMillis);
            }
        }

        @Override
        public void close() throws Exception {
            user.close();
        }
    }

    static final class FlatMap implements Operator {
        private final UserFunction<FlatMapFunction<Object, Object>> user;
        private final FlatMapFunction<Object, Object> function;
        private final TimestampedCollector collector;

        FlatMap(UserFunction<FlatMapFunction<Object, Object>> user, Output output) {
            this.user = user;
            this.function = user.function();
            this.collector = new TimestampedCollector(output);
        }

        @Override
        public void open() throws Exception {
            user.open();
        }

        @Override
        public void process(Object value, long timestampMillis) {
            collector.timestampMillis = timestampMillis;
            try {
                function.flatMap(value, collector);
            } catch (Throwable t) {
                throw OperatorFailure.onRecord(user.name(), value, t);
            }
        }

        @Override
        public void close() throws Exception {
            user.close();
        }
    }

    static final class Process implements Operator {
        private final UserFunction<ProcessFunction<Object, Object>> user;
        private final ProcessFunction<Object, Object> function;
        private final TimestampedCollector collector;
        private final ProcessFunction<Object, Object>.Context context;

        Process(UserFunction<ProcessFunction<Object, Object>> user, Output output) {
            this.user = user;
            this.function = user.function();
            this.collector = new TimestampedCollector(output);
            this.context =
                    function.new Context() {
                        @Override
                        public Long timestamp() {
                            return collector.boxedTimestamp();
                        }
                    };
        }

        @Override
        public void open() throws Exception {
            user.open();
        }

        @Override
        public void process(Object value, long timestampMillis) {
            collector.timestampMillis = timestampMillis;
            try {
                function.processElement(value, context, collector);
            } catch (Throwable t) {
                throw OperatorFailure.onRecord(user.name(), value, t);
            }
        }

        @Override
        public void close() throws Exception {
            user.close();
        }
    }

    static final class KeyedProcess implements Operator {
        private final UserFunction<KeyedProcessFunction<Object, Object, Object>> user;
        private final KeyedProcessFunction<Object, Object, Object> function;
        private final KeySelector<Object, Object> selector;
        private final TimestampedCollector collector;
        private final KeyedProcessFunction<Object, Object, Object>.Context context;
        private Object currentKey;

        KeyedProcess(
                UserFunction<KeyedProcessFunction<Object, Object, Object>> user,
                KeySelector<Object, Object> selector,
                Output output) {
            this.user = user;
            this.function = user.function();
            this.selector = selector;
            this.collector = new TimestampedCollector(output);
            this.context =
                    function.new Context() {
                        @Override
                        public Long timestamp() {
                            return collector.boxedTimestamp();
                        }

                        @Override
                        public Object getCurrentKey() {
                            return currentKey;
                        }
                    };
        }

        @Override
        public void open() throws Exception {
            user.open();
        }

        @Override
        public void process(Object value, long timestampMillis) {
            collector.timestampMillis = timestampMillis;
            try {
                currentKey = selector.getKey(value);
                function.processElement(value, context, collector);
            } catch (Throwable t) {
                throw OperatorFailure.onRecord(user.name(), value, t);
            }
        }

        @Override
        public void close() throws Exception {
            user.close();
        }
    }

    static final class Sink implements Operator, SinkFunction.Context {
        private final UserFunction<SinkFunction<Object>> user;
        private final SinkFunction<Object> function;
        private final java.util.function.LongSupplier wallMillis;
        private long timestampMillis;
        private long watermarkMillis = Long.MIN_VALUE;

        Sink(UserFunction<SinkFunction<Object>> user, java.util.function.LongSupplier wallMillis) {
            this.user = user;
            this.function = user.function();
            this.wallMillis = wallMillis;
        }

        @Override
        public void open() throws Exception {
            user.open();
        }

        @Override
        public void process(Object value, long timestampMillis) {
            this.timestampMillis = timestampMillis;
            try {
                function.invoke(value, this);
            } catch (Throwable t) {
                throw OperatorFailure.onRecord(user.name(), value, t);
            }
        }

        @Override
        public void watermark(long timestampMillis) {
            watermarkMillis = timestampMillis;
        }

        @Override
        public void close() throws Exception {
            user.close();
        }

        @Override
        public long currentProcessingTime() {
            return wallMillis.getAsLong();
        }

        @Override
        public long currentWatermark() {
            return watermarkMillis;
        }

        @Override
        public Long timestamp() {
            return timestampMillis == RecordBatch.NO_TIMESTAMP ? null : timestampMillis;
        }
    }

    /** Gives what a function emits the timestamp of the record it was called with. */
    private static final class TimestampedCollector implements Collector<Object> {
        private final Output output;
        private long timestampMillis;

        TimestampedCollector(Output output) {
            this.output = output;
        }

        @Override
        public void collect(Object record) {
            output.process(record, timestampMillis);
        }

        Long boxedTimestamp() {
            return timestampMillis == RecordBatch.NO_TIMESTAMP ? null : timestampMillis;
        }
    }
}
