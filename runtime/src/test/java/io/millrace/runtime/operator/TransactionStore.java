package io.millrace.runtime.operator;

import io.millrace.api.sink.Committer;
import io.millrace.api.sink.CommitterInitContext;
import io.millrace.api.sink.CommittingSinkWriter;
import io.millrace.api.sink.Sink;
import io.millrace.api.sink.SinkWriter;
import io.millrace.api.sink.StatefulSinkWriter;
import io.millrace.api.sink.SupportsCommitter;
import io.millrace.api.sink.SupportsWriterState;
import io.millrace.api.sink.WriterInitContext;
import io.millrace.api.type.SimpleVersionedSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Transactions of an outside system, in memory, and a sink that writes into them. A transaction may
 * stay open over several checkpoints, as a file does that grows.
 */
final class TransactionStore {
    private final Map<String, List<String>> open = new HashMap<>();
    private final Set<String> committed = new LinkedHashSet<>();
    private final List<String> visible = new ArrayList<>();
    private final Random random;
    private double troubleOfCommits;
    private double troubleOfWrites;
    int commits;
    int repeatedCommits;
    int retries;

    TransactionStore(Random random) {
        this.random = random;
    }

    /** Chances of a fault for each call. */
    void trouble(double commits, double writes) {
        this.troubleOfCommits = commits;
        this.troubleOfWrites = writes;
    }

    List<String> visible() {
        return visible;
    }

    private boolean chance(double chance) {
        return random.nextDouble() < chance;
    }

    private void write(String transaction, String record) throws IOException {
        if (chance(troubleOfWrites)) {
            throw new IOException("the store does not take " + record);
        }
        open.computeIfAbsent(transaction, t -> new ArrayList<>()).add(record);
    }

    /** Forgets what was written behind a position. */
    private void truncate(String transaction, int length) {
        List<String> records = open.get(transaction);
        if (records == null || records.size() < length) {
            throw new IllegalStateException(
                    transaction + " should have " + length + " records, it has " + records);
        }
        records.subList(length, records.size()).clear();
    }

    private void commit(String transaction) {
        commits++;
        if (!committed.add(transaction)) {
            repeatedCommits++;
            return;
        }
        List<String> records = open.remove(transaction);
        if (records == null) {
            throw new IllegalStateException(transaction + " is not there to be committed");
        }
        visible.addAll(records);
    }

    Sink<Object> sink() {
        return new TransactionSink();
    }

    /** Only ever used in the JVM of its store. */
    @SuppressWarnings("serial")
    private final class TransactionSink
            implements Sink<Object>,
                    SupportsWriterState<Object, String>,
                    SupportsCommitter<String> {
        @Override
        public SinkWriter<Object> createWriter(WriterInitContext context) {
            return new Writer(context, List.of());
        }

        @Override
        public StatefulSinkWriter<Object, String> restoreWriter(
                WriterInitContext context, Collection<String> recoveredState) {
            return new Writer(context, recoveredState);
        }

        @Override
        public Committer<String> createCommitter(CommitterInitContext context) {
            return new TransactionCommitter();
        }

        @Override
        public SimpleVersionedSerializer<String> getWriterStateSerializer() {
            return new Text();
        }

        @Override
        public SimpleVersionedSerializer<String> getCommittableSerializer() {
            return new Text();
        }
    }

    private static final class Text implements SimpleVersionedSerializer<String> {
        @Override
        public int getVersion() {
            return 3;
        }

        @Override
        public byte[] serialize(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String deserialize(int version, byte[] serialized) throws IOException {
            if (version != 3) {
                throw new IOException("version " + version);
            }
            return new String(serialized, StandardCharsets.UTF_8);
        }
    }

    private final class Writer
            implements StatefulSinkWriter<Object, String>, CommittingSinkWriter<Object, String> {
        private final String prefix;

        /** Records of each transaction that are not committed, by its name. */
        private final Map<String, Integer> lengths = new HashMap<>();

        private String current;
        private int transactions;

        Writer(WriterInitContext context, Collection<String> states) {
            prefix =
                    context.getJobInfo().getJobId()
                            + "-"
                            + context.getAttemptId()
                            + "-"
                            + context.getTaskInfo().getIndexOfThisSubtask()
                            + "-";
            for (String state : states) {
                int at = state.lastIndexOf('@');
                int length = Integer.parseInt(state.substring(at + 1));
                truncate(state.substring(0, at), length);
                lengths.put(state.substring(0, at), length);
            }
        }

        @Override
        public void write(Object element, Context context) throws IOException {
            if (current == null) {
                current =
                        lengths.isEmpty() || chance(0.5)
                                ? prefix + transactions++
                                : lengths.keySet().iterator().next();
            }
            TransactionStore.this.write(current, element.toString());
            lengths.merge(current, 1, Integer::sum);
        }

        @Override
        public void flush(boolean endOfInput) throws IOException {
            if (chance(troubleOfWrites)) {
                throw new IOException("the store does not flush");
            }
            ended = endOfInput;
        }

        private boolean ended;

        @Override
        public Collection<String> prepareCommit() {
            List<String> prepared = new ArrayList<>();
            for (String transaction : List.copyOf(lengths.keySet())) {
                if (ended || chance(0.6)) {
                    lengths.remove(transaction);
                    prepared.add(transaction);
                }
            }
            current = null;
            return prepared;
        }

        @Override
        public List<String> snapshotState(long checkpointId) {
            List<String> states = new ArrayList<>();
            lengths.forEach((transaction, length) -> states.add(transaction + "@" + length));
            return states;
        }

        @Override
        public void close() {}
    }

    private final class TransactionCommitter implements Committer<String> {
        @Override
        public void commit(Collection<CommitRequest<String>> committables) throws IOException {
            for (CommitRequest<String> request : committables) {
                boolean done = !chance(troubleOfCommits / 2);
                if (done) {
                    TransactionStore.this.commit(request.getCommittable());
                }
                if (chance(troubleOfCommits / 4)) {
                    throw new IOException("the store has lost the connection");
                }
                if (!done || chance(troubleOfCommits / 2)) {
                    retries++;
                    request.retryLater();
                }
            }
        }

        @Override
        public void close() {}
    }
}
