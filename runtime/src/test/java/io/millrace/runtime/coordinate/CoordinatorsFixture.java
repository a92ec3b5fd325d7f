package io.millrace.runtime.coordinate;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.source.NumberSequenceSource;
import io.millrace.api.source.SequenceSplit;
import io.millrace.runtime.checkpoint.CoordinatorState;
import io.millrace.runtime.control.ControlCodec;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.loop.ManualTime;
import io.millrace.runtime.schedule.AttemptId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One master's coordinators of sources with two readers each, and all they touch. */
final class CoordinatorsFixture {
    private static final String JOB = "0000000000000000000000000000000a";
    static final String UID = "numbers";
    static final String OTHER_UID = "others";
    private static final int READERS = 2;

    /** The job's record, which outlives masters. */
    private final TreeMap<Long, CoordinatorRecord> store;

    final ManualTime<Runnable> time = new ManualTime<>();
    final ManualCoordinators threads = new ManualCoordinators();
    final Deque<Runnable> storeAnswers = new ArrayDeque<>();
    final Map<AttemptId, List<ToReader>> sent = new HashMap<>();
    final List<Failure> failures = new ArrayList<>();
    boolean storeWaits;
    int writes;
    final Coordinators coordinators;

    CoordinatorsFixture(TreeMap<Long, CoordinatorRecord> store) {
        this(store, graph(UID), true);
    }

    CoordinatorsFixture(TreeMap<Long, CoordinatorRecord> store, boolean checkpointed) {
        this(store, graph(UID), checkpointed);
    }

    CoordinatorsFixture(TreeMap<Long, CoordinatorRecord> store, JobGraph graph) {
        this(store, graph, true);
    }

    private CoordinatorsFixture(
            TreeMap<Long, CoordinatorRecord> store, JobGraph graph, boolean checkpointed) {
        this.store = store;
        time.owner(Runnable::run);
        long newest = store.isEmpty() ? 0 : store.lastKey();
        coordinators = new Coordinators(graph, ports(), checkpointed, newest);
    }

    private CoordinatorPorts ports() {
        return new CoordinatorPorts(
                time,
                new ManualLoop(time),
                threads,
                new CoordinatorPorts.Ledger() {
                    @Override
                    public void write(long sequence, CoordinatorRecord record, Runnable then) {
                        writes++;
                        store.put(sequence, copied(record));
                        if (storeWaits) {
                            storeAnswers.add(then);
                        } else {
                            time.put(then);
                        }
                    }

                    @Override
                    public void forget(long sequence) {
                        store.remove(sequence);
                    }
                },
                (reader, uid, message) -> {
                    try {
                        sent.computeIfAbsent(reader, r -> new ArrayList<>())
                                .add(SourceMessages.readToReader(message));
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                failures::add);
    }

    /**
     * Starts all sources with nothing.
     *
     * @param registered subtasks of the first one that have registered on their first connection
     */
    CoordinatorsFixture started(int... registered) {
        coordinators.start(List.of(), 0, CoordinatorsFixture::attemptsOf);
        settle();
        for (int subtask : registered) {
            register(attempt(subtask), 1, 0, 0);
        }
        return this;
    }

    void settle() {
        for (int i = 0; i < 20; i++) {
            time.settle();
            threads.runSteps();
        }
        time.settle();
    }

    /** Time for another entry of the record. */
    void pass() {
        time.pass(Coordinators.RECORD_PAUSE);
        settle();
    }

    void answerStore() {
        storeWaits = false;
        while (!storeAnswers.isEmpty()) {
            time.put(storeAnswers.poll());
        }
        pass();
    }

    void tell(AttemptId attempt, int link, ToCoordinator message) {
        coordinators.received(
                attempt,
                link,
                "host",
                attempt.vertex() == 0 ? UID : OTHER_UID,
                SourceMessages.write(message));
    }

    void register(AttemptId attempt, int link, long received, long request) {
        tell(attempt, link, new ToCoordinator.Register(link, received, request, List.of()));
        settle();
    }

    void request(AttemptId attempt, int link, long sequence) {
        tell(attempt, link, new ToCoordinator.RequestSplit(sequence, 0));
        settle();
    }

    /** Has the enumerator give a split to a reader. */
    void give(AttemptId attempt, int link, long sequence) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new TenSplits.Give());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        tell(attempt, link, new ToCoordinator.Event(sequence, bytes.toByteArray()));
        settle();
        pass();
    }

    /** Which requests the splits that were sent to a reader answer, in that order. */
    List<Long> answersTo(AttemptId attempt) {
        return sent.getOrDefault(attempt, List.of()).stream()
                .filter(ToReader.AddSplits.class::isInstance)
                .map(message -> ((ToReader.AddSplits) message).answers())
                .toList();
    }

    /** Numbers of the splits that were sent to a reader, in that order. */
    List<Long> splitsOf(AttemptId attempt) {
        List<Long> numbers = new ArrayList<>();
        for (ToReader message : sent.getOrDefault(attempt, List.of())) {
            if (message instanceof ToReader.AddSplits add) {
                numbers.addAll(splitsIn(add));
            }
        }
        return numbers;
    }

    CoordinatorRecord newestRecord() {
        return store.lastEntry().getValue();
    }

    /** Takes a checkpoint to its completion, and returns what it has of the coordinators. */
    List<CoordinatorState> checkpoint(long id) {
        List<CoordinatorState> states = new ArrayList<>();
        coordinators.prepare(id, states::addAll);
        settle();
        pass();
        assertThat(states).hasSize(1);
        coordinators.complete(id);
        settle();
        return states;
    }

    private static List<Long> splitsIn(ToReader.AddSplits add) {
        List<Long> numbers = new ArrayList<>();
        for (byte[] split : add.splits()) {
            try {
                numbers.add(
                        new NumberSequenceSource(0, 0)
                                .getSplitSerializer()
                                .deserialize(add.version(), split)
                                .next());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
        return numbers;
    }

    /** Numbers of the splits that a state has. */
    static List<Long> splitsIn(CoordinatorState state) {
        try {
            List<Long> numbers = new ArrayList<>();
            for (SequenceSplit split :
                    new NumberSequenceSource(0, 0)
                            .getEnumeratorCheckpointSerializer()
                            .deserialize(state.version(), state.enumerator())) {
                numbers.add(split.next());
            }
            for (CoordinatorState.Splits returned : state.returned()) {
                numbers.addAll(
                        splitsIn(
                                new ToReader.AddSplits(
                                        0, 0, returned.version(), returned.splits())));
            }
            return numbers;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As it comes back from the record. */
    private static CoordinatorRecord copied(CoordinatorRecord record) {
        ControlCodec codec = new ControlCodec();
        try {
            return (CoordinatorRecord) codec.decode(codec.encode(record));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static AttemptId attempt(int subtask) {
        return new AttemptId(JOB, 0, subtask, 1, 1);
    }

    static AttemptId nextAttempt(int subtask) {
        return new AttemptId(JOB, 0, subtask, 1, 2);
    }

    static List<AttemptId> attemptsOf(int vertex) {
        return List.of(new AttemptId(JOB, vertex, 0, 1, 1), new AttemptId(JOB, vertex, 1, 1, 1));
    }

    /** A vertex for each source, and no edges. */
    static JobGraph graph(String... uids) {
        return graph(new TenSplits(), uids);
    }

    static JobGraph graph(TenSplits source, String... uids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(source);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        List<JobVertex> vertices = new ArrayList<>();
        for (String uid : uids) {
            vertices.add(
                    new JobVertex(
                            vertices.size(),
                            uid,
                            READERS,
                            128,
                            "default",
                            new byte[0],
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(
                                    new JobVertex.Coordinator(
                                            uid,
                                            uid,
                                            bytes.toByteArray(),
                                            JobVertex.Alignment.NONE))));
        }
        return new JobGraph(JOB, "job", vertices, List.of(), Map.of());
    }
}
