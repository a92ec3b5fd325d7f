package io.millrace.benchmarks;

import io.millrace.api.Configuration;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.AggregateFunction;
import io.millrace.api.function.Collector;
import io.millrace.api.function.FlatMapFunction;
import io.millrace.api.function.KeyedProcessFunction;
import io.millrace.api.function.MapFunction;
import io.millrace.api.function.OpenContext;
import io.millrace.api.function.ProcessWindowFunction;
import io.millrace.api.function.RichParallelSourceFunction;
import io.millrace.api.function.SinkFunction;
import io.millrace.api.state.ValueState;
import io.millrace.api.state.ValueStateDescriptor;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.Types;
import io.millrace.api.window.TimeWindow;
import io.millrace.api.window.WindowAssigner;
import io.millrace.runtime.graph.CapturedProgram;
import io.millrace.runtime.graph.JobGraph;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * The jobs that are measured, written as a user would write them.
 *
 * <p>Bids come of the engine's sequence and a map: a source function of the user's has a thread of
 * its own, and then its hand-over would be measured as well.
 */
final class Programs {
    private Programs() {}

    /** Defines a job. */
    @FunctionalInterface
    interface Program {
        void define(StreamExecutionEnvironment env);
    }

    /** Bids of the numbers 0 to {@code last}, each mapped to a new one. */
    static Program newBids(long last, BidGenerator bids, SinkFunction<Bid> sink) {
        return env -> env.fromSequence(0, last).map(bids).map(new PriceInEuros()).addSink(sink);
    }

    /** Bids of the numbers 0 to {@code last}; for each the sum of its auction's prices so far. */
    static Program runningSums(
            long last, BidGenerator bids, SinkFunction<Tuple2<Long, Long>> sink) {
        return env ->
                env.fromSequence(0, last)
                        .map(bids)
                        .keyBy(bid -> bid.auction)
                        .process(new RunningSum())
                        .addSink(sink);
    }

    /** The words of a file; for each how often it was met so far. */
    static Program wordCounts(String path, SinkFunction<Tuple2<String, Integer>> sink) {
        return env ->
                env.readTextFile(path)
                        .flatMap(new Tokenizer())
                        .keyBy(word -> word.f0)
                        .sum(1)
                        .addSink(sink);
    }

    /** The same at a rate; the time from each record to its sum is noted in {@link Latencies}. */
    static Program timedSums(long rate, BidGenerator bids, SinkFunction<Tuple2<Long, Long>> sink) {
        return env ->
                env.addSource(new TimedBids(bids, rate))
                        .setParallelism(env.getParallelism())
                        .keyBy(bid -> bid.auction)
                        .process(new TimedSum())
                        .addSink(sink);
    }

    /**
     * Bids of the numbers from 0, counted by auction and window; timestamps by number.
     *
     * @param perSubtask numbers of each source
     * @param eventRate records in a second of event time, of all sources together
     */
    static Program counts(
            long perSubtask,
            long eventRate,
            WindowAssigner<Object, TimeWindow> windows,
            BidGenerator bids,
            SinkFunction<AuctionCount> sink) {
        return env -> {
            int sources = env.getParallelism();
            double millisPerRecord = 1000.0 * sources / eventRate;
            env.fromSequence(0, perSubtask * sources - 1)
                    .map(bids)
                    .assignTimestampsAndWatermarks(
                            WatermarkStrategy.<Bid>forMonotonousTimestamps()
                                    .withTimestampAssigner(
                                            (bid, before) ->
                                                    (long)
                                                            (bid.dateTime
                                                                    % perSubtask
                                                                    * millisPerRecord)))
                    .keyBy(bid -> bid.auction)
                    .window(windows)
                    .aggregate(new Count(), new WithAuction())
                    .addSink(sink);
        };
    }

    /** How many bids an auction had in the window that begins there. */
    record AuctionCount(long auction, long windowStartMillis, long count) {}

    private static final class Count implements AggregateFunction<Bid, Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public Long createAccumulator() {
            return 0L;
        }

        @Override
        public Long add(Bid bid, Long count) {
            return count + 1;
        }

        @Override
        public Long getResult(Long count) {
            return count;
        }

        @Override
        public Long merge(Long a, Long b) {
            return a + b;
        }
    }

    private static final class WithAuction
            extends ProcessWindowFunction<Long, AuctionCount, Long, TimeWindow> {
        private static final long serialVersionUID = 1L;

        @Override
        public void process(
                Long auction, Context context, Iterable<Long> counts, Collector<AuctionCount> out) {
            out.collect(
                    new AuctionCount(
                            auction, context.window().getStart(), counts.iterator().next()));
        }
    }

    /** Bids of the numbers 1 to {@code last}, keyed by auction. */
    static Program bidsByAuction(long last, long keys, SinkFunction<Bid> sink) {
        return env ->
                env.fromSequence(1, last)
                        .map(new BidGenerator(keys, false))
                        .keyBy(bid -> bid.auction)
                        .addSink(sink);
    }

    /** What a program comes to, ready for a cluster. */
    static JobGraph graph(Program program, String name, int parallelism) throws Exception {
        return graph(program, name, parallelism, new Configuration());
    }

    /**
     * A job with an id of its own: checkpoints that another run has left are not in its way.
     *
     * @param options of the job
     */
    static JobGraph graph(Program program, String name, int parallelism, Configuration options)
            throws Exception {
        return CapturedProgram.graph(
                parallelism,
                name,
                UUID.randomUUID().toString().replace("-", ""),
                env -> {
                    env.configure(options);
                    env.setParallelism(parallelism);
                    program.define(env);
                });
    }

    private static final class PriceInEuros implements MapFunction<Bid, Bid> {
        private static final long serialVersionUID = 1L;

        @Override
        public Bid map(Bid bid) {
            return new Bid(
                    bid.auction,
                    bid.bidder,
                    (long) (bid.price * 0.908),
                    bid.dateTime,
                    bid.channel,
                    bid.extra);
        }
    }

    /** The sum of an auction's prices so far, for each of its bids. */
    private static final class RunningSum
            extends KeyedProcessFunction<Long, Bid, Tuple2<Long, Long>> {
        private static final long serialVersionUID = 1L;

        private transient ValueState<Long> sum;

        @Override
        public void open(OpenContext context) {
            sum = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Types.LONG));
        }

        @Override
        public void processElement(Bid bid, Context context, Collector<Tuple2<Long, Long>> out)
                throws Exception {
            Long before = sum.value();
            Long after = before == null ? bid.price : before + bid.price;
            sum.update(after);
            out.collect(Tuple2.of(bid.auction, after));
        }
    }

    /** Bids of the numbers from 0, evenly over time; each says when it was emitted. */
    private static final class TimedBids extends RichParallelSourceFunction<Bid> {
        private static final long serialVersionUID = 1L;
        private static final long MILLI = 1_000_000;

        private final BidGenerator bids;
        private final long rate;
        private volatile boolean canceled;

        /**
         * @param rate records a second, of all subtasks together
         */
        TimedBids(BidGenerator bids, long rate) {
            this.bids = bids;
            this.rate = rate;
        }

        @Override
        public void run(SourceContext<Bid> context) {
            double nanosPerRecord =
                    1e9 * getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks() / rate;
            long start = System.nanoTime();
            for (long i = 0; !canceled; i++) {
                long due = start + (long) (i * nanosPerRecord);
                while (System.nanoTime() < due && !canceled) {
                    LockSupport.parkNanos(Math.min(MILLI, due - System.nanoTime()));
                }
                Bid bid = bids.map(i);
                bid.dateTime = System.nanoTime();
                context.collect(bid);
            }
        }

        @Override
        public void cancel() {
            canceled = true;
        }
    }

    /** As {@link RunningSum}. */
    private static final class TimedSum
            extends KeyedProcessFunction<Long, Bid, Tuple2<Long, Long>> {
        private static final long serialVersionUID = 1L;

        private transient ValueState<Long> sum;
        private transient Latencies latencies;

        @Override
        public void open(OpenContext context) {
            sum = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Types.LONG));
            latencies = Latencies.ofThisSubtask();
        }

        @Override
        public void processElement(Bid bid, Context context, Collector<Tuple2<Long, Long>> out)
                throws Exception {
            Long before = sum.value();
            Long after = before == null ? bid.price : before + bid.price;
            sum.update(after);
            latencies.add(System.nanoTime() - bid.dateTime);
            out.collect(Tuple2.of(bid.auction, after));
        }
    }

    /** As in the word count that everybody knows. */
    private static final class Tokenizer
            implements FlatMapFunction<String, Tuple2<String, Integer>> {
        private static final long serialVersionUID = 1L;

        @Override
        public void flatMap(String line, Collector<Tuple2<String, Integer>> out) {
            for (String word : line.toLowerCase(Locale.ROOT).split("\\W+")) {
                if (!word.isEmpty()) {
                    out.collect(Tuple2.of(word, 1));
                }
            }
        }
    }
}
