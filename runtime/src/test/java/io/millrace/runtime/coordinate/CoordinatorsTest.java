package io.millrace.runtime.coordinate;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.source.Boundedness;
import io.millrace.api.source.NumberSequenceSource;
import io.millrace.api.source.SequenceSplit;
import io.millrace.api.source.Source;
import io.millrace.api.source.SourceEvent;
import io.millrace.api.source.SourceReader;
import io.millrace.api.source.SourceReaderContext;
import io.millrace.api.source.SplitEnumerator;
import io.millrace.api.source.SplitEnumeratorContext;
import io.millrace.api.type.SimpleVersionedSerializer;
import io.millrace.runtime.checkpoint.CoordinatorState;
import io.millrace.runtime.control.ControlCodec;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.loop.ManualTime;
import io.millrace.runtime.loop.Timers.Timer;
import io.millrace.runtime.schedule.AttemptId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What coordinators do under the orders of events in which splits could be lost or read twice. */
class CoordinatorsTest {
    private static final String JOB = "0000000000000000000000000000000a";
    private static final String UID = "numbers";
    private static final String OTHER_UID = "others";
    private static final int READERS = 2;

    /** Splits with the numbers 0 to 9, for whoever asks. */
    private static final class TenSplits
            implements Source<Long, SequenceSplit, Collection<SequenceSplit>> {
        private static final long serialVersionUID = 1L;

        @Override
        public Boundedness getBoundedness() {
            return Boundedness.BOUNDED;
        }

        @Override
        public SplitEnumerator<SequenceSplit, Collection<SequenceSplit>> createEnumerator(
                SplitEnumeratorContext<SequenceSplit> context) {
            return restoreEnumerator(
                    context,
                    IntStream.range(0, 10).mapToObj(i -> new SequenceSplit(i, i, i, 1)).toList());
        }

        @Override
        public SplitEnumerator<SequenceSplit, Collection<SequenceSplit>> restoreEnumerator(
                SplitEnumeratorContext<SequenceSplit> context,
                Collection<SequenceSplit> checkpoint) {
            Deque<SequenceSplit> left = new ArrayDeque<>(checkpoint);
            return new SplitEnumerator<>() {
                @Override
                public void start() {}

                @Override
                public void addReader(int subtaskId) {}

                @Override
                public void handleSplitRequest(int subtaskId, String host) {
                    if (left.isEmpty()) {
                        context.signalNoMoreSplits(subtaskId);
                    } else {
                        context.assignSplit(left.poll(), subtaskId);
                    }
                }

                @Override
                public void handleSourceEvent(int subtaskId, SourceEvent event) {
                    throw new IllegalStateException("an event that nobody expects");
                }

                @Override
                public void addSplitsBack(List<SequenceSplit> splits, int subtaskId) {
                    splits.forEach(left::addFirst);
                }

                @Override
                public Collection<SequenceSplit> snapshotState(long checkpointId) {
                    return List.copyOf(left);
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public SourceReader<Long, SequenceSplit> createReader(SourceReaderContext context) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SimpleVersionedSerializer<SequenceSplit> getSplitSerializer() {
            return new NumberSequenceSource(0, 0).getSplitSerializer();
        }

        @Override
        public SimpleVersionedSerializer<Collection<SequenceSplit>>
                getEnumeratorCheckpointSerializer() {
            return new NumberSequenceSource(0, 0).getEnumeratorCheckpointSerializer();
        }
    }

    private record Surprise() implements SourceEvent {}

    /** A job record that outlives masters. */
    private final Map<Long, CoordinatorRecord> store = new TreeMap<>();

    /** One master's coordinators, with all they touch. */
    private final class Master {
        final ManualTime<Runnable> time = new ManualTime<>();
        final ManualCoordinators threads = new ManualCoordinators();
        final Deque<Runnable> storeAnswers = new ArrayDeque<>();
        final Map<AttemptId, List<ToReader>> sent = new HashMap<>();
        final List<Failure> failures = new ArrayList<>();
        boolean storeWaits;
        int writes;
        final Coordinators coordinators;

        Master() {
            this(graph(UID));
        }

        Master(JobGraph graph) {
            this(graph, true);
        }

        Master(JobGraph graph, boolean checkpointed) {
            time.owner(Runnable::run);
            long newest = store.isEmpty() ? 0 : ((TreeMap<Long, ?>) store).lastKey();
            coordinators = new Coordinators(graph, ports(), checkpointed, newest);
        }

        private CoordinatorPorts ports() {
            return new CoordinatorPorts(
                    time,
                    new CoordinatorPorts.Loop() {
                        @Override
                        public void put(String what, Runnable step) {
                            time.put(step);
                        }

                        @Override
                        public Timer after(Duration delay, String what, Runnable step) {
                            return time.schedule(delay, step);
                        }
                    },
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

        Master started() {
            coordinators.start(List.of(), 0, vertex -> List.of(attempt(0), attempt(1)));
            settle();
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

        /** Numbers of the splits that were sent to a reader, in that order. */
        List<Long> splitsOf(AttemptId attempt) {
            List<Long> numbers = new ArrayList<>();
            for (ToReader message : sent.getOrDefault(attempt, List.of())) {
                if (message instanceof ToReader.AddSplits add) {
                    numbers.addAll(CoordinatorsTest.splitsOf(add));
                }
            }
            return numbers;
        }

        CoordinatorRecord newestRecord() {
            return ((TreeMap<Long, CoordinatorRecord>) store).lastEntry().getValue();
        }
    }

    private static List<Long> splitsOf(ToReader.AddSplits add) {
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
    private static List<Long> splitsIn(CoordinatorState state) {
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
                        splitsOf(new ToReader.AddSplits(0, returned.version(), returned.splits())));
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

    private static AttemptId attempt(int subtask) {
        return new AttemptId(JOB, 0, subtask, 1, 1);
    }

    private static AttemptId nextAttempt(int subtask) {
        return new AttemptId(JOB, 0, subtask, 1, 2);
    }

    private static List<AttemptId> attemptsOf(int vertex) {
        return List.of(new AttemptId(JOB, vertex, 0, 1, 1), new AttemptId(JOB, vertex, 1, 1, 1));
    }

    /** A vertex for each source, and no edges. */
    private static JobGraph graph(String... uids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new TenSplits());
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

    // ------------------------------------------------------------------ written ahead

    @Test
    void shouldSendSplitsOnlyWhenTheirAssignmentIsOnRecord() {
        Master master = new Master().started();
        master.storeWaits = true;
        master.register(attempt(0), 1, 0, 0);
        master.request(attempt(0), 1, 1);

        assertThat(master.writes).isEqualTo(1);
        assertThat(master.splitsOf(attempt(0))).isEmpty();

        master.answerStore();
        assertThat(master.splitsOf(attempt(0))).containsExactly(0L);
    }

    @Test
    void shouldWriteOneEntryForAllThatIsAssignedWithinThePause() {
        Master master = new Master().started();
        master.register(attempt(0), 1, 0, 0);
        master.register(attempt(1), 1, 0, 0);
        master.request(attempt(0), 1, 1);
        for (int i = 2; i < 5; i++) {
            master.request(attempt(0), 1, i);
            master.request(attempt(1), 1, i);
        }
        assertThat(master.writes).isEqualTo(1);

        master.pass();
        assertThat(master.writes).isEqualTo(2);
        assertThat(master.splitsOf(attempt(0)))
                .hasSize(4)
                .doesNotContainAnyElementsOf(master.splitsOf(attempt(1)));
        assertThat(master.splitsOf(attempt(1))).hasSize(3);
        assertThat(store).as("entries of the record").hasSize(1);
    }

    // ------------------------------------------------------------------ lost connections

    @Test
    void shouldSendAgainWhatAReaderLacksWhenItRegistersOnANewConnection() {
        Master master = new Master().started();
        master.register(attempt(0), 1, 0, 0);
        master.request(attempt(0), 1, 1);
        master.request(attempt(0), 1, 2);
        master.pass();
        assertThat(master.splitsOf(attempt(0))).containsExactly(0L, 1L);

        // the second message was lost with the connection
        master.coordinators.unregister(reader -> true);
        master.request(attempt(0), 1, 3);
        master.pass();
        assertThat(master.splitsOf(attempt(0))).hasSize(2);
        master.register(attempt(0), 2, 1, 3);
        master.pass();

        assertThat(master.splitsOf(attempt(0))).containsExactly(0L, 1L, 1L, 2L);
        List<ToReader> messages = master.sent.get(attempt(0));
        assertThat(messages.get(1))
                .usingRecursiveComparison()
                .as("with its number, by which a reader knows it")
                .isEqualTo(messages.get(2));
    }

    @Test
    void shouldKeepNothingThatAReaderHasWhereNoCheckpointIsTaken() {
        Master master = new Master(graph(UID), false).started();
        master.register(attempt(0), 1, 0, 0);
        for (int i = 1; i <= 5; i++) {
            master.tell(attempt(0), 1, new ToCoordinator.RequestSplit(i, i - 1));
            master.settle();
            master.pass();
        }
        assertThat(master.splitsOf(attempt(0))).containsExactly(0L, 1L, 2L, 3L, 4L);

        assertThat(master.coordinators.kept()).isEqualTo(1);
        master.coordinators.unregister(reader -> true);
        master.register(attempt(0), 2, 4, 0);
        assertThat(master.splitsOf(attempt(0))).endsWith(4L, 4L);
    }

    @Test
    void shouldIgnoreARegistrationOfAnEarlierConnection() {
        Master master = new Master().started();
        master.tell(attempt(0), 2, new ToCoordinator.Register(1, 0, 1, List.of()));
        master.settle();
        master.pass();

        assertThat(master.writes).isZero();
        assertThat(master.sent).isEmpty();
    }

    @Test
    void shouldAnswerARequestOnceThoughItIsToldAgain() {
        Master master = new Master().started();
        master.register(attempt(0), 1, 0, 0);
        master.request(attempt(0), 1, 1);
        master.coordinators.unregister(reader -> true);
        master.register(attempt(0), 2, 0, 1);
        master.pass();

        assertThat(master.splitsOf(attempt(0)).stream().distinct()).containsExactly(0L);
        assertThat(splitsIn(master.newestRecord().coordinators().get(0).state())).hasSize(9);
    }

    // ------------------------------------------------------------------ checkpoints

    @Test
    void shouldHoldBackWhatIsToldBetweenTheStateAndTheBarriers() {
        Master master = new Master().started();
        master.register(attempt(0), 1, 0, 0);
        master.register(attempt(1), 1, 0, 0);
        master.storeWaits = true;
        master.request(attempt(0), 1, 1);
        List<CoordinatorState> states = new ArrayList<>();
        List<List<Long>> sentBefore = new ArrayList<>();
        master.coordinators.prepare(
                7,
                prepared -> {
                    states.addAll(prepared);
                    sentBefore.add(master.splitsOf(attempt(0)));
                    sentBefore.add(master.splitsOf(attempt(1)));
                });
        master.settle();
        // told before the state, but not sent yet: the barrier would overtake it
        assertThat(states).isEmpty();
        master.request(attempt(1), 1, 1);
        assertThat(states).isEmpty();

        master.answerStore();

        assertThat(splitsIn(states.get(0))).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(sentBefore).containsExactly(List.of(0L), List.of());
        assertThat(master.splitsOf(attempt(1))).as("behind the barrier").containsExactly(1L);
    }

    @Test
    void shouldBeginNoBarriersBeforeReadersHaveRegisteredOnTheirNewConnection() {
        Master master = new Master().started();
        master.register(attempt(0), 1, 0, 0);
        master.register(attempt(1), 1, 0, 0);
        master.request(attempt(0), 1, 1);
        master.pass();
        master.coordinators.unregister(reader -> reader.subtask() == 0);
        List<CoordinatorState> states = new ArrayList<>();
        master.coordinators.prepare(7, states::addAll);
        master.settle();
        assertThat(states).isEmpty();

        // the split was lost: it comes before the barrier
        master.register(attempt(0), 2, 0, 0);

        assertThat(states).hasSize(1);
        assertThat(master.splitsOf(attempt(0))).containsExactly(0L, 0L);
    }

    @Test
    void shouldHoldNothingBackWhenTheStateComesAfterItsCheckpointWasGivenUp() {
        Master master = new Master().started();
        master.register(attempt(0), 1, 0, 0);
        master.register(attempt(1), 1, 0, 0);
        master.coordinators.prepare(7, states -> {});
        master.coordinators.cancelPreparation();
        master.settle();

        master.request(attempt(0), 1, 1);
        master.pass();

        assertThat(master.splitsOf(attempt(0))).containsExactly(0L);
    }

    @Test
    void shouldNotWaitForReadersThatHaveFinished() {
        Master master = new Master().started();
        master.register(attempt(0), 1, 0, 0);
        List<CoordinatorState> states = new ArrayList<>();
        master.coordinators.prepare(7, states::addAll);
        master.settle();
        assertThat(states).isEmpty();

        master.coordinators.ended(attempt(1));

        assertThat(states).hasSize(1);
    }

    // ------------------------------------------------------------------ readers that are gone

    @Test
    void shouldGiveBackWhatTheEnumeratorTellsAReaderThatIsGoneMeanwhile() {
        Master master = new Master().started();
        master.register(attempt(0), 1, 0, 0);
        master.tell(attempt(0), 1, new ToCoordinator.RequestSplit(1, 0));
        master.threads.runSteps();
        // the enumerator has assigned split 0; the loop has not heard it when the reader ends
        List<CoordinatorState> states = new ArrayList<>();
        master.coordinators.ended(attempt(0));
        master.register(attempt(1), 1, 0, 0);
        master.coordinators.prepare(7, states::addAll);
        master.settle();

        assertThat(splitsIn(states.get(0))).contains(0L).hasSize(10);
        master.request(attempt(1), 1, 1);
        master.pass();
        assertThat(master.splitsOf(attempt(0))).isEmpty();
        assertThat(master.splitsOf(attempt(1))).containsExactly(0L);
    }

    @Test
    void shouldBeginWithTheStateOfTheCheckpointWhenAllBeginAnew() {
        Master master = new Master().started();
        master.register(attempt(0), 1, 0, 0);
        master.register(attempt(1), 1, 0, 0);
        master.request(attempt(0), 1, 1);
        master.pass();
        List<CoordinatorState> states = checkpoint(master, 7);
        master.request(attempt(1), 1, 1);
        master.pass();

        master.coordinators.stop();
        master.coordinators.start(states, 7, vertex -> List.of(nextAttempt(0), nextAttempt(1)));
        master.settle();
        master.register(nextAttempt(0), 1, 0, 1);
        master.pass();

        assertThat(master.splitsOf(nextAttempt(0))).containsExactly(1L);
    }

    private static List<CoordinatorState> checkpoint(Master master, long id) {
        List<CoordinatorState> states = new ArrayList<>();
        master.coordinators.prepare(id, states::addAll);
        master.settle();
        master.pass();
        assertThat(states).hasSize(1);
        master.coordinators.complete(id);
        master.settle();
        return states;
    }

    // ------------------------------------------------------------------ another master

    private Master takeOver(long checkpoint, AttemptId... running) {
        Master next = new Master();
        next.coordinators.adopt(
                next.newestRecord(), List.of(), checkpoint, vertex -> List.of(running));
        next.settle();
        return next;
    }

    @Test
    void shouldSendWhatTheLastMasterHadRecordedAndNotSent() {
        Master first = new Master().started();
        first.storeWaits = true;
        first.register(attempt(0), 1, 0, 0);
        first.request(attempt(0), 1, 1);
        assertThat(first.sent).isEmpty();

        Master second = takeOver(0, attempt(0), attempt(1));
        second.register(attempt(1), 1, 0, 1);
        second.register(attempt(0), 1, 0, 1);
        second.pass();

        assertThat(second.splitsOf(attempt(0))).startsWith(0L).doesNotHaveDuplicates();
        assertThat(second.splitsOf(attempt(1)))
                .hasSize(1)
                .doesNotContainAnyElementsOf(second.splitsOf(attempt(0)));
    }

    @Test
    void shouldGiveToNobodyWhatAReaderHasOfTheLastMaster() {
        Master first = new Master().started();
        first.register(attempt(0), 1, 0, 0);
        first.request(attempt(0), 1, 1);
        first.pass();
        assertThat(first.splitsOf(attempt(0))).containsExactly(0L);

        Master second = takeOver(0, attempt(0), attempt(1));
        second.register(attempt(0), 1, 1, 0);
        second.register(attempt(1), 1, 0, 1);
        second.request(attempt(0), 1, 2);
        second.pass();

        assertThat(second.splitsOf(attempt(1))).containsExactly(1L);
        assertThat(second.splitsOf(attempt(0))).containsExactly(2L);
        assertThat(((ToReader.AddSplits) second.sent.get(attempt(0)).get(0)).sequence())
                .as("the reader takes only what comes with a number above its last")
                .isEqualTo(2);
    }

    @Test
    void shouldGiveBackWhatWasToldToAReaderThatRunsNoMore() {
        Master first = new Master().started();
        first.register(attempt(0), 1, 0, 0);
        first.request(attempt(0), 1, 1);
        first.pass();

        Master second = takeOver(0, nextAttempt(0), attempt(1));
        second.register(attempt(1), 1, 0, 1);
        second.pass();

        assertThat(second.splitsOf(attempt(1))).containsExactly(0L);
    }

    @Test
    void shouldLeaveToReadersWhatACompleteCheckpointHolds() {
        Master first = new Master().started();
        first.register(attempt(0), 1, 0, 0);
        first.register(attempt(1), 1, 0, 0);
        first.request(attempt(0), 1, 1);
        first.pass();
        List<CoordinatorState> states = new ArrayList<>();
        first.coordinators.prepare(7, states::addAll);
        first.settle();
        assertThat(states).hasSize(1);
        // the first master completes it, but dies before its coordinators hear of it

        Master second = takeOver(7, nextAttempt(0), attempt(1));
        second.register(attempt(1), 1, 0, 1);
        second.pass();

        assertThat(second.splitsOf(attempt(1))).containsExactly(1L);
    }

    @Test
    void shouldAnswerARequestThatTheLastMasterHadHeardAndForgotten() {
        Master first = new Master().started();
        first.register(attempt(0), 1, 0, 0);
        first.register(attempt(1), 1, 0, 0);
        first.request(attempt(0), 1, 1);
        first.pass();

        Master second = takeOver(0, attempt(0), attempt(1));
        // its answer to this request was never made: reader 1 asks with the number again
        second.register(attempt(1), 1, 0, 1);
        second.pass();

        assertThat(second.splitsOf(attempt(1))).containsExactly(1L);
    }

    @Test
    void shouldKeepTheSplitsThatARestartHasGivenBackAndNobodyHasAskedForSince() {
        Master first = new Master().started();
        first.register(attempt(0), 1, 0, 0);
        first.register(attempt(1), 1, 0, 0);
        List<CoordinatorState> seven = checkpoint(first, 7);
        first.request(attempt(0), 1, 1);
        first.pass();
        assertThat(first.splitsOf(attempt(0))).containsExactly(0L);
        // both begin anew from 7, in which split 0 is the enumerator's, and ask for nothing
        AttemptId[] running = {nextAttempt(0), nextAttempt(1)};
        first.coordinators.stop();
        first.coordinators.start(seven, 7, vertex -> List.of(running));
        first.settle();
        first.register(nextAttempt(0), 1, 0, 0);
        first.register(nextAttempt(1), 1, 0, 0);
        List<CoordinatorState> eight = checkpoint(first, 8);
        assertThat(splitsIn(eight.get(0))).hasSize(10);

        Master second = new Master();
        second.coordinators.adopt(second.newestRecord(), eight, 8, vertex -> List.of(running));
        second.settle();
        second.register(nextAttempt(1), 1, 0, 1);
        second.register(nextAttempt(0), 1, 0, 1);
        second.pass();

        assertThat(second.splitsOf(nextAttempt(1))).containsExactly(0L);
        assertThat(second.splitsOf(nextAttempt(0))).containsExactly(1L);
    }

    // ------------------------------------------------------------------ failures

    @Test
    void shouldTellWhichSourceHasFailed() throws IOException {
        Master master = new Master().started();
        master.register(attempt(0), 1, 0, 0);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new Surprise());
        }
        master.tell(attempt(0), 1, new ToCoordinator.Event(1, bytes.toByteArray()));
        master.settle();

        assertThat(master.failures).hasSize(1);
        assertThat(master.failures.get(0).report())
                .contains("The enumerator of 'numbers'")
                .contains("an event that nobody expects");
    }

    // ------------------------------------------------------------------ regions

    @Test
    void shouldNotForgetWhatARegionWasToldWhenAMasterDiesThatHasTakenOverButAnother() {
        Master first = new Master(graph(UID, OTHER_UID));
        first.coordinators.start(List.of(), 0, CoordinatorsTest::attemptsOf);
        first.settle();
        for (int vertex = 0; vertex < 2; vertex++) {
            first.register(attemptsOf(vertex).get(0), 1, 0, 0);
            first.request(attemptsOf(vertex).get(0), 1, 1);
        }
        first.pass();
        assertThat(first.splitsOf(attemptsOf(1).get(0))).containsExactly(0L);

        Master second = new Master(graph(UID, OTHER_UID));
        CoordinatorRecord left = second.newestRecord();
        second.coordinators.found(left);
        second.coordinators.adopt(
                left, List.of(), 0, CoordinatorsTest::attemptsOf, vertex -> vertex == 0);
        second.register(attemptsOf(0).get(0), 2, 1, 2);
        second.pass();
        assertThat(second.splitsOf(attemptsOf(0).get(0))).containsExactly(1L);

        Master third = new Master(graph(UID, OTHER_UID));
        CoordinatorRecord leftBySecond = third.newestRecord();
        third.coordinators.found(leftBySecond);
        for (int v = 0; v < 2; v++) {
            int kept = v;
            third.coordinators.adopt(
                    leftBySecond,
                    List.of(),
                    0,
                    CoordinatorsTest::attemptsOf,
                    vertex -> vertex == kept);
        }
        third.register(attemptsOf(1).get(0), 2, 1, 2);
        third.pass();
        assertThat(third.splitsOf(attemptsOf(1).get(0))).containsExactly(1L);
    }

    @Test
    void shouldForgetWhatARegionWasToldThatStartsAgain() {
        Master first = new Master(graph(UID, OTHER_UID));
        first.coordinators.start(List.of(), 0, CoordinatorsTest::attemptsOf);
        first.settle();
        for (int vertex = 0; vertex < 2; vertex++) {
            first.register(attemptsOf(vertex).get(0), 1, 0, 0);
            first.request(attemptsOf(vertex).get(0), 1, 1);
        }
        first.pass();

        first.coordinators.start(
                List.of(),
                0,
                vertex -> List.of(nextAttempt(0), nextAttempt(1)),
                vertex -> vertex == 0);
        first.settle();
        first.register(nextAttempt(0), 1, 0, 1);
        first.request(attemptsOf(1).get(0), 1, 2);
        first.pass();
        first.pass();

        assertThat(first.splitsOf(nextAttempt(0))).as("begun anew").containsExactly(0L);
        assertThat(first.splitsOf(attemptsOf(1).get(0))).as("goes on").containsExactly(0L, 1L);
    }
}
