package io.millrace.runtime.coordinate;

import static io.millrace.runtime.coordinate.CoordinatorsFixture.OTHER_UID;
import static io.millrace.runtime.coordinate.CoordinatorsFixture.UID;
import static io.millrace.runtime.coordinate.CoordinatorsFixture.attempt;
import static io.millrace.runtime.coordinate.CoordinatorsFixture.attemptsOf;
import static io.millrace.runtime.coordinate.CoordinatorsFixture.graph;
import static io.millrace.runtime.coordinate.CoordinatorsFixture.nextAttempt;
import static io.millrace.runtime.coordinate.CoordinatorsFixture.splitsIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CoordinatorState;
import io.millrace.runtime.schedule.AttemptId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What another master, or another start of a region, makes of what readers were told. */
class CoordinatorsTakeoverTest {
    /** A job record that outlives masters. */
    private final TreeMap<Long, CoordinatorRecord> store = new TreeMap<>();

    private CoordinatorsFixture takeOver(long checkpoint, AttemptId... running) {
        CoordinatorsFixture next = new CoordinatorsFixture(store);
        next.coordinators.adopt(
                next.newestRecord(), List.of(), checkpoint, vertex -> List.of(running));
        next.settle();
        return next;
    }

    @Test
    void shouldSendWhatTheLastMasterHadRecordedAndNotSent() {
        CoordinatorsFixture first = new CoordinatorsFixture(store).started();
        first.storeWaits = true;
        first.register(attempt(0), 1, 0, 0);
        first.request(attempt(0), 1, 1);
        assertThat(first.sent).isEmpty();

        CoordinatorsFixture second = takeOver(0, attempt(0), attempt(1));
        second.register(attempt(1), 1, 0, 1);
        second.register(attempt(0), 1, 0, 1);
        second.pass();

        assertThat(second.splitsOf(attempt(0))).as("its one request").containsExactly(0L);
        assertThat(second.splitsOf(attempt(1))).containsExactly(1L);
    }

    @Test
    void shouldAnswerARequestThatASplitGivenUnaskedHasCrossed() {
        CoordinatorsFixture first = new CoordinatorsFixture(store).started();
        first.register(attempt(0), 1, 0, 0);
        first.give(attempt(0), 1, 1);
        assertThat(first.splitsOf(attempt(0))).containsExactly(0L);
        assertThat(first.answersTo(attempt(0)))
                .as("of the request nobody knew")
                .containsExactly(0L);
        // its request, with number 2, is lost with the first master

        CoordinatorsFixture second = takeOver(0, attempt(0), attempt(1));
        second.register(attempt(0), 1, 1, 2);
        second.pass();

        assertThat(second.splitsOf(attempt(0))).containsExactly(1L);
        assertThat(second.answersTo(attempt(0))).containsExactly(2L);
    }

    @Test
    void shouldAnswerARequestWhenTheNextMasterSendsASplitThatWasGivenUnasked() {
        CoordinatorsFixture first = new CoordinatorsFixture(store).started();
        first.register(attempt(0), 1, 0, 0);
        first.storeWaits = true;
        first.give(attempt(0), 1, 1);
        assertThat(first.sent).isEmpty();

        CoordinatorsFixture second = takeOver(0, attempt(0), attempt(1));
        second.register(attempt(0), 1, 0, 2);
        second.pass();

        assertThat(second.splitsOf(attempt(0))).containsExactly(0L, 1L);
        assertThat(second.answersTo(attempt(0))).containsExactly(0L, 2L);
    }

    @Test
    void shouldTakeSplitsGivenLaterForTheAnswerUnlessTheSourceGivesSomeUnaskedToo() {
        CoordinatorsFixture first =
                new CoordinatorsFixture(store, graph(new TenSplits(false), UID)).started();
        first.register(attempt(0), 1, 0, 0);

        first.request(attempt(0), 1, 1);
        first.give(attempt(0), 1, 2);
        first.give(attempt(0), 1, 3);
        first.request(attempt(0), 1, 4);
        first.give(attempt(0), 1, 5);

        assertThat(first.answersTo(attempt(0)))
                .as("the answer, one more, and one of which nobody can tell")
                .containsExactly(1L, 0L, 0L);
    }

    @Test
    void shouldGiveToNobodyWhatAReaderHasOfTheLastMaster() {
        CoordinatorsFixture first = new CoordinatorsFixture(store).started(0);
        first.request(attempt(0), 1, 1);
        first.pass();
        assertThat(first.splitsOf(attempt(0))).containsExactly(0L);

        CoordinatorsFixture second = takeOver(0, attempt(0), attempt(1));
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
        CoordinatorsFixture first = new CoordinatorsFixture(store).started(0);
        first.request(attempt(0), 1, 1);
        first.pass();

        CoordinatorsFixture second = takeOver(0, nextAttempt(0), attempt(1));
        second.register(attempt(1), 1, 0, 1);
        second.pass();

        assertThat(second.splitsOf(attempt(1))).containsExactly(0L);
    }

    @Test
    void shouldLeaveToReadersWhatACompleteCheckpointHolds() {
        CoordinatorsFixture first = new CoordinatorsFixture(store).started(0, 1);
        first.request(attempt(0), 1, 1);
        first.pass();
        List<CoordinatorState> states = new ArrayList<>();
        first.coordinators.prepare(7, states::addAll);
        first.settle();
        assertThat(states).hasSize(1);
        // the first master completes it, but dies before its coordinators hear of it

        CoordinatorsFixture second = takeOver(7, nextAttempt(0), attempt(1));
        second.register(attempt(1), 1, 0, 1);
        second.pass();

        assertThat(second.splitsOf(attempt(1))).containsExactly(1L);
    }

    @Test
    void shouldAnswerARequestThatTheLastMasterHadHeardAndForgotten() {
        CoordinatorsFixture first = new CoordinatorsFixture(store).started(0, 1);
        first.request(attempt(0), 1, 1);
        first.pass();

        CoordinatorsFixture second = takeOver(0, attempt(0), attempt(1));
        // its answer to this request was never made: reader 1 asks with the number again
        second.register(attempt(1), 1, 0, 1);
        second.pass();

        assertThat(second.splitsOf(attempt(1))).containsExactly(1L);
    }

    @Test
    void shouldKeepTheSplitsThatARestartHasGivenBackAndNobodyHasAskedForSince() {
        CoordinatorsFixture first = new CoordinatorsFixture(store).started(0, 1);
        List<CoordinatorState> seven = first.checkpoint(7);
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
        List<CoordinatorState> eight = first.checkpoint(8);
        assertThat(splitsIn(eight.get(0))).hasSize(10);

        CoordinatorsFixture second = new CoordinatorsFixture(store);
        second.coordinators.adopt(second.newestRecord(), eight, 8, vertex -> List.of(running));
        second.settle();
        second.register(nextAttempt(1), 1, 0, 1);
        second.register(nextAttempt(0), 1, 0, 1);
        second.pass();

        assertThat(second.splitsOf(nextAttempt(1))).containsExactly(0L);
        assertThat(second.splitsOf(nextAttempt(0))).containsExactly(1L);
    }

    /** A reader of each has asked once, and was told. */
    private CoordinatorsFixture twoSources() {
        CoordinatorsFixture master =
                new CoordinatorsFixture(store, graph(UID, OTHER_UID)).started();
        for (int vertex = 0; vertex < 2; vertex++) {
            master.register(attemptsOf(vertex).get(0), 1, 0, 0);
            master.request(attemptsOf(vertex).get(0), 1, 1);
        }
        master.pass();
        return master;
    }

    @Test
    void shouldNotForgetWhatARegionWasToldWhenAMasterDiesThatHasTakenOverButAnother() {
        CoordinatorsFixture first = twoSources();
        assertThat(first.splitsOf(attemptsOf(1).get(0))).containsExactly(0L);

        CoordinatorsFixture second = new CoordinatorsFixture(store, graph(UID, OTHER_UID));
        CoordinatorRecord left = second.newestRecord();
        second.coordinators.found(left);
        second.coordinators.adopt(
                left, List.of(), 0, CoordinatorsFixture::attemptsOf, vertex -> vertex == 0);
        second.register(attemptsOf(0).get(0), 2, 1, 2);
        second.pass();
        assertThat(second.splitsOf(attemptsOf(0).get(0))).containsExactly(1L);

        CoordinatorsFixture third = new CoordinatorsFixture(store, graph(UID, OTHER_UID));
        CoordinatorRecord leftBySecond = third.newestRecord();
        third.coordinators.found(leftBySecond);
        for (int v = 0; v < 2; v++) {
            int kept = v;
            third.coordinators.adopt(
                    leftBySecond,
                    List.of(),
                    0,
                    CoordinatorsFixture::attemptsOf,
                    vertex -> vertex == kept);
        }
        third.register(attemptsOf(1).get(0), 2, 1, 2);
        third.pass();
        assertThat(third.splitsOf(attemptsOf(1).get(0))).containsExactly(1L);
    }

    @Test
    void shouldGoOnWithoutTheCheckpointItHasBegunFromWhenItsStateWasPutOnRecord() {
        CoordinatorsFixture begun = new CoordinatorsFixture(new TreeMap<>()).started();
        begun.register(attempt(0), 1, 0, 0);
        begun.register(attempt(1), 1, 0, 0);
        begun.request(attempt(0), 1, 1);
        begun.pass();
        List<CoordinatorState> savepoint = begun.checkpoint(7);
        CoordinatorsFixture first = new CoordinatorsFixture(store);
        first.coordinators.start(savepoint, 0, vertex -> List.of(nextAttempt(0), nextAttempt(1)));
        first.settle();
        assertThat(store).as("nobody was told anything").isEmpty();
        assertThat(isOnRecord(first, nextAttempt(0))).isFalse();

        first.coordinators.recordStates(vertex -> true);
        first.pass();

        assertThat(isOnRecord(first, nextAttempt(0))).isTrue();
        assertThat(isOnRecord(first, attempt(0))).as("an earlier start").isFalse();
        CoordinatorsFixture second = takeOver(0, nextAttempt(0), nextAttempt(1));
        second.register(nextAttempt(0), 1, 0, 1);
        second.pass();
        assertThat(second.splitsOf(nextAttempt(0))).containsExactly(1L);
    }

    private boolean isOnRecord(CoordinatorsFixture master, AttemptId running) {
        return master.coordinators.areRecorded(
                store.isEmpty() ? null : master.newestRecord(),
                vertex -> List.of(running),
                vertex -> true);
    }

    @Test
    void shouldForgetWhatARegionWasToldThatStartsAgain() {
        CoordinatorsFixture first = twoSources();

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
