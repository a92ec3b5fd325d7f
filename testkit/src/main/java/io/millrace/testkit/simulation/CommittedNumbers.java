package io.millrace.testkit.simulation;

import io.millrace.api.sink.Committer;
import io.millrace.api.sink.CommitterInitContext;
import io.millrace.api.sink.CommittingSinkWriter;
import io.millrace.api.sink.Sink;
import io.millrace.api.sink.SinkWriter;
import io.millrace.api.sink.SupportsCommitter;
import io.millrace.api.sink.WriterInitContext;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.SimpleVersionedSerializer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.function.LongUnaryOperator;

/**
 * A system outside of a simulated cluster that takes numbers in transactions, and outlives every
 * process. It is away now and then, before or after it has done what it was asked for.
 *
 * <p>Threads: one.
 */
final class CommittedNumbers {
    private static final double TROUBLE = 0.1;

    private final Random random;
    private final DoubleSupplier failing;
    private final Map<String, List<Long>> open = new HashMap<>();
    private final Set<String> prepared = new HashSet<>();
    private final Set<String> committed = new HashSet<>();
    private int begun;

    /** How often each number is visible. */
    private final Map<Long, Integer> visible = new TreeMap<>();

    private final List<String> violations = new ArrayList<>();

    /**
     * @param failing chance that a call fails which fails its subtask
     */
    CommittedNumbers(Random random, DoubleSupplier failing) {
        this.random = random;
        this.failing = failing;
    }

    /** What was asked for and must never be; empty if all is well. */
    List<String> violations() {
        return violations;
    }

    /** What the numbers that are visible come to, by their keys. */
    Map<Long, Long> sums(LongUnaryOperator keyOf) {
        Map<Long, Long> sums = new TreeMap<>();
        visible.forEach(
                (number, times) ->
                        sums.merge(keyOf.applyAsLong(number), number * times, Long::sum));
        return sums;
    }

    private void begin(String transaction) {
        if (committed.contains(transaction) || open.put(transaction, new ArrayList<>()) != null) {
            violations.add(transaction + " is begun twice");
        }
    }

    /** Begins a transaction under a name of the system's own. */
    String begin() {
        String transaction = "of-the-system-" + begun++;
        begin(transaction);
        return transaction;
    }

    /** Nothing comes into it any more. */
    void prepare(String transaction) {
        if (!open.containsKey(transaction) || !prepared.add(transaction)) {
            violations.add(transaction + " is prepared and not open");
        }
    }

    /** Fails now and then, before or after it was done. */
    void commitPrepared(String transaction) {
        failNowAndThen(transaction);
        if (!prepared.contains(transaction)) {
            violations.add(transaction + " is committed and was not prepared");
        }
        commit(transaction);
        failNowAndThen(transaction);
    }

    private void failNowAndThen(String transaction) {
        if (random.nextDouble() < failing.getAsDouble()) {
            throw new IllegalStateException("The system is away, " + transaction + " waits");
        }
    }

    void abort(String transaction) {
        open.remove(transaction);
        if (committed.contains(transaction)) {
            violations.add(transaction + " is aborted and was committed");
        }
    }

    void add(String transaction, long number) {
        if (prepared.contains(transaction)) {
            violations.add(number + " comes into " + transaction + ", which is prepared");
        }
        List<Long> numbers = open.get(transaction);
        if (numbers == null) {
            violations.add(number + " comes into " + transaction + ", which is committed");
        } else {
            numbers.add(number);
        }
    }

    private void commit(String transaction) {
        if (!committed.add(transaction)) {
            return;
        }
        List<Long> numbers = open.remove(transaction);
        if (numbers == null) {
            violations.add(transaction + " is committed and was never begun");
            return;
        }
        for (long number : numbers) {
            if (visible.merge(number, 1, Integer::sum) > 1) {
                violations.add(number + " of " + transaction + " was visible before");
            }
        }
    }

    private boolean isAway() {
        return random.nextDouble() < TROUBLE;
    }

    /** Where sinks, which travel, find their system; by the name of the simulation. */
    private static final Map<String, CommittedNumbers> BY_NAME = new HashMap<>();

    static void put(String simulation, CommittedNumbers numbers) {
        synchronized (BY_NAME) {
            BY_NAME.put(simulation, numbers);
        }
    }

    static void remove(String simulation) {
        synchronized (BY_NAME) {
            BY_NAME.remove(simulation);
        }
    }

    static CommittedNumbers of(String simulation) {
        synchronized (BY_NAME) {
            return BY_NAME.get(simulation);
        }
    }

    /** Writes the second fields of pairs. */
    record NumberSink(String simulation)
            implements Sink<Tuple2<Long, Long>>, SupportsCommitter<String> {
        @Override
        public SinkWriter<Tuple2<Long, Long>> createWriter(WriterInitContext context) {
            return new Writer(
                    of(simulation),
                    context.getOperatorId()
                            + "-"
                            + context.getAttemptId()
                            + "-"
                            + context.getTaskInfo().getIndexOfThisSubtask()
                            + "-");
        }

        @Override
        public Committer<String> createCommitter(CommitterInitContext context) {
            return new NumberCommitter(of(simulation));
        }

        @Override
        public SimpleVersionedSerializer<String> getCommittableSerializer() {
            return new Names();
        }
    }

    private static final class Names implements SimpleVersionedSerializer<String> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(String name) {
            return name.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String deserialize(int version, byte[] serialized) {
            return new String(serialized, StandardCharsets.UTF_8);
        }
    }

    private static final class Writer implements CommittingSinkWriter<Tuple2<Long, Long>, String> {
        private final CommittedNumbers numbers;
        private final String prefix;
        private int transactions;
        private String current;

        Writer(CommittedNumbers numbers, String prefix) {
            this.numbers = numbers;
            this.prefix = prefix;
        }

        @Override
        public void write(Tuple2<Long, Long> element, Context context) {
            if (current == null) {
                current = prefix + transactions++;
                numbers.begin(current);
            }
            numbers.add(current, element.f1);
        }

        @Override
        public void flush(boolean endOfInput) {}

        @Override
        public Collection<String> prepareCommit() {
            String prepared = current;
            current = null;
            return prepared == null ? List.of() : List.of(prepared);
        }

        @Override
        public void close() {}
    }

    private record NumberCommitter(CommittedNumbers numbers) implements Committer<String> {
        @Override
        public void commit(Collection<CommitRequest<String>> committables) {
            for (CommitRequest<String> request : committables) {
                if (numbers.isAway()) {
                    request.retryLater();
                    continue;
                }
                numbers.commit(request.getCommittable());
                if (numbers.isAway()) {
                    request.retryLater();
                }
            }
        }

        @Override
        public void close() {}
    }
}
