package io.millrace.runtime.coordinate;

import static io.millrace.runtime.coordinate.CoordinatorsFixture.attempt;
import static io.millrace.runtime.coordinate.CoordinatorsFixture.nextAttempt;
import static io.millrace.runtime.coordinate.CoordinatorsFixture.splitsIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.source.SourceEvent;
import io.millrace.runtime.checkpoint.CoordinatorState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What coordinators do under the orders of events in which splits could be lost or read twice. */
class CoordinatorsTest {
    /** A job record that outlives masters. */
    private final TreeMap<Long, CoordinatorRecord> store = new TreeMap<>();

    private record Surprise() implements SourceEvent {}

    @Test
    void shouldSendSplitsOnlyWhenTheirAssignmentIsOnRecord() {
        CoordinatorsFixture master = new CoordinatorsFixture(store).started();
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
        CoordinatorsFixture master = new CoordinatorsFixture(store).started(0, 1);
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

    @Test
    void shouldSendAgainWhatAReaderLacksWhenItRegistersOnANewConnection() {
        CoordinatorsFixture master = new CoordinatorsFixture(store).started(0);
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
        CoordinatorsFixture master = new CoordinatorsFixture(store, false).started();
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
        CoordinatorsFixture master = new CoordinatorsFixture(store).started();
        master.tell(attempt(0), 2, new ToCoordinator.Register(1, 0, 1, List.of()));
        master.settle();
        master.pass();

        assertThat(master.writes).isZero();
        assertThat(master.sent).isEmpty();
    }

    @Test
    void shouldAnswerARequestOnceThoughItIsToldAgain() {
        CoordinatorsFixture master = new CoordinatorsFixture(store).started(0);
        master.request(attempt(0), 1, 1);
        master.coordinators.unregister(reader -> true);
        master.register(attempt(0), 2, 0, 1);
        master.pass();

        assertThat(master.splitsOf(attempt(0)).stream().distinct()).containsExactly(0L);
        assertThat(splitsIn(master.newestRecord().coordinators().get(0).state())).hasSize(9);
    }

    @Test
    void shouldHoldBackWhatIsToldBetweenTheStateAndTheBarriers() {
        CoordinatorsFixture master = new CoordinatorsFixture(store).started(0, 1);
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
        CoordinatorsFixture master = new CoordinatorsFixture(store).started(0, 1);
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
        CoordinatorsFixture master = new CoordinatorsFixture(store).started(0, 1);
        master.coordinators.prepare(7, states -> {});
        master.coordinators.cancelPreparation();
        master.settle();

        master.request(attempt(0), 1, 1);
        master.pass();

        assertThat(master.splitsOf(attempt(0))).containsExactly(0L);
    }

    @Test
    void shouldNotWaitForReadersThatHaveFinished() {
        CoordinatorsFixture master = new CoordinatorsFixture(store).started(0);
        List<CoordinatorState> states = new ArrayList<>();
        master.coordinators.prepare(7, states::addAll);
        master.settle();
        assertThat(states).isEmpty();

        master.coordinators.ended(attempt(1));

        assertThat(states).hasSize(1);
    }

    @Test
    void shouldGiveBackWhatTheEnumeratorTellsAReaderThatIsGoneMeanwhile() {
        CoordinatorsFixture master = new CoordinatorsFixture(store).started(0);
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
        CoordinatorsFixture master = new CoordinatorsFixture(store).started(0, 1);
        master.request(attempt(0), 1, 1);
        master.pass();
        List<CoordinatorState> states = master.checkpoint(7);
        master.request(attempt(1), 1, 1);
        master.pass();

        master.coordinators.stop();
        master.coordinators.start(states, 7, vertex -> List.of(nextAttempt(0), nextAttempt(1)));
        master.settle();
        master.register(nextAttempt(0), 1, 0, 1);
        master.pass();

        assertThat(master.splitsOf(nextAttempt(0))).containsExactly(1L);
    }

    @Test
    void shouldTellWhichSourceHasFailed() throws IOException {
        CoordinatorsFixture master = new CoordinatorsFixture(store).started(0);
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
}
