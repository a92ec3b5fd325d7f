package io.millrace.runtime.master;

import static io.millrace.runtime.master.MasterFixture.JOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CheckpointFolder;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.DamagedCheckpointException;
import io.millrace.runtime.checkpoint.StoredCheckpoint;
import io.millrace.runtime.checkpoint.SubtaskState;
import io.millrace.runtime.checkpoint.WorkerFile;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.RestartStrategy;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.TaskDeployment;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** From which checkpoint or savepoint a job master lets its tasks begin. */
class JobMasterCheckpointsTest {
    private static final Map<String, String> CHECKPOINTS =
            Map.of(
                    "execution.checkpointing.interval", "10 s",
                    "execution.checkpointing.dir", "/checkpoints");

    /** All subtasks of a job with checkpoints run, and a first one is complete. */
    private static String checkpointed(MasterFixture fixture) {
        return checkpointed(fixture, CHECKPOINTS);
    }

    private static String checkpointed(MasterFixture fixture, Map<String, String> options) {
        fixture.submitted(MasterFixture.graph(options));
        fixture.grant("w1");
        String connection = fixture.report("w1");
        fixture.allRun(connection);
        fixture.time.pass(Duration.ofSeconds(10));
        store(fixture, connection, 1);
        return connection;
    }

    private static void store(MasterFixture fixture, String connection, long id) {
        store(fixture, connection, id, 1);
    }

    private static void store(MasterFixture fixture, String connection, long id, int epoch) {
        fixture.on(
                new MasterEvent.Received(
                        connection,
                        new ToMaster.CheckpointStored(
                                id,
                                epoch,
                                new WorkerFile("chk-" + id + "/worker-w1", 1, 1),
                                fixture.deployed.keySet().stream()
                                        .map(a -> new SubtaskState(a, false, 0, 0, List.of()))
                                        .toList())));
    }

    @Test
    void shouldDeployFromTheLastCompleteCheckpointAfterAFailure() {
        MasterFixture fixture = new MasterFixture();
        String connection = checkpointed(fixture);
        assertThat(fixture.journal)
                .containsSubsequence("write metadata 1", "write chk-1", "publish 1", "retain [1]");

        failAndStartAgain(fixture, connection, MasterFixture.failed(Category.USER_CODE, "bad"));
        fixture.time.pass(Duration.ofSeconds(65));

        TaskDeployment again = fixture.deployed.get(fixture.attempt(0, 0));
        assertThat(again.attempt().counter()).isEqualTo(2);
        assertThat(again.restored().checkpointId()).isEqualTo(1);
        assertThat(again.restored().folder()).isEqualTo("/checkpoints/" + JOB);
    }

    private static void failAndStartAgain(
            MasterFixture fixture, String connection, SubtaskEnd end) {
        AttemptId failing = fixture.attempt(0, 0);
        fixture.ends(connection, failing, end);
        for (AttemptId attempt : List.copyOf(fixture.deployed.keySet())) {
            if (!attempt.equals(failing)) {
                fixture.ends(connection, attempt, new SubtaskEnd.Canceled());
            }
        }
        fixture.time.pass(Duration.ofSeconds(5));
    }

    private static Map<String, String> with(Map<String, String> options, String... more) {
        Map<String, String> all = new java.util.HashMap<>(options);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    @Test
    void shouldBeginFromTheSavepointItIsToldOfUntilItHasACheckpointOfItsOwn() {
        MasterFixture fixture = new MasterFixture();
        fixture.checkpoints.stored.put("/sp/one", stored(41));
        fixture.submitted(
                MasterFixture.graph(with(CHECKPOINTS, "execution.state-recovery.path", "/sp/one")));
        fixture.grant("w1");
        String connection = fixture.report("w1");
        assertThat(fixture.deployed.values())
                .allSatisfy(d -> assertThat(d.restored().checkpointId()).isEqualTo(41));

        failAndStartAgain(
                fixture, connection, MasterFixture.failed(Category.USER_CODE, "before the first"));

        TaskDeployment again = fixture.deployed.get(fixture.attempt(0, 0));
        assertThat(again.attempt().counter()).isEqualTo(2);
        assertThat(again.restored().checkpointId()).isEqualTo(41);
        assertThat(again.restored().folder()).isEqualTo("/sp");
        fixture.allRun(connection);
        fixture.time.pass(Duration.ofSeconds(10));
        assertThat(fixture.journal).contains("write ids-upto-1041");
        // the next master knows it, too
        MasterFixture second =
                new MasterFixture(2, fixture.record, new RestartStrategy.Spec.None());
        second.checkpoints.stored.putAll(fixture.checkpoints.stored);
        second.started();
        assertThat(second.journal).contains("find /sp/one");
    }

    /** A job that runs from a savepoint that is removed before it has a checkpoint of its own. */
    private static MasterFixture takenOverWithoutItsSavepoint(Map<String, String> options) {
        MasterFixture first = new MasterFixture();
        first.checkpoints.stored.put("/sp/one", stored(41));
        first.submitted(
                MasterFixture.graph(with(options, "execution.state-recovery.path", "/sp/one")));
        first.grant("w1");
        first.allRun(first.report("w1"));
        MasterFixture second = first.next();
        second.takeOver(first);
        return second;
    }

    @Test
    void shouldGoOnWithoutTheSavepointItHasBegunFromWhenItTakesOverWhatRuns() {
        MasterFixture second = takenOverWithoutItsSavepoint(CHECKPOINTS);

        assertThat(second.state()).isEqualTo(JobState.RUNNING);
        assertThat(second.status().warnings())
                .singleElement()
                .asString()
                .contains("What fails now cannot start again", "nothing at /sp/one");
        second.time.pass(Duration.ofSeconds(10));
        store(second, "w1#1", 1042, 2);
        assertThat(second.journal)
                .containsSubsequence("find /sp/one", "write chk-1042", "publish 1042")
                .noneMatch(line -> line.startsWith("cancel"));
        assertThat(second.status().warnings()).isEmpty();
        failAndStartAgain(second, "w1#1", MasterFixture.failed(Category.USER_CODE, "bad"));
        assertThat(second.deployed.get(second.attempt(0, 0)).restored().checkpointId())
                .isEqualTo(1042);
    }

    @Test
    void shouldFailWithThePathWhenATaskStartsAgainThatNeedsTheSavepointThatIsGone() {
        MasterFixture second = takenOverWithoutItsSavepoint(CHECKPOINTS);

        failAndStartAgain(second, "w1#1", MasterFixture.failed(Category.USER_CODE, "bad"));

        assertThat(second.result.state()).isEqualTo(JobState.FAILED);
        assertThat(second.result.failure().category()).isEqualTo(Category.STATE);
        assertThat(second.result.failure().summary())
                .contains(
                        "nothing at /sp/one. The job begins from /sp/one (-s,"
                                + " execution.state-recovery.path) as long as it has no checkpoint"
                                + " of its own: begin from another one.");
        assertThat(second.journal).noneMatch(line -> line.startsWith("deploy"));
    }

    private static StoredCheckpoint stored(long id) {
        return new StoredCheckpoint(
                new CheckpointMetadata(id, 1, "other", "other", 1, List.of(), List.of()),
                new CheckpointFolder("/sp"),
                "/sp/one");
    }

    @Test
    void shouldAskForNoContainerWhenTheSavepointIsNotThere() {
        MasterFixture fixture = new MasterFixture();
        fixture.submitted(
                MasterFixture.graph(
                        with(CHECKPOINTS, "execution.state-recovery.path", "/sp/none")));

        assertThat(fixture.result.state()).isEqualTo(JobState.FAILED);
        assertThat(fixture.result.failure().category()).isEqualTo(Category.CONFIG);
        assertThat(fixture.result.failure().summary()).contains("nothing at /sp/none");
        assertThat(fixture.journal).noneMatch(line -> line.startsWith("request"));
    }

    @Test
    void shouldGoBackToTheCheckpointBeforeWhenASubtaskFindsTheNewestDamaged() {
        MasterFixture fixture = new MasterFixture();
        String connection =
                checkpointed(
                        fixture, with(CHECKPOINTS, "execution.checkpointing.num-retained", "2"));
        fixture.time.pass(Duration.ofSeconds(10));
        store(fixture, connection, 2);
        failAndStartAgain(fixture, connection, MasterFixture.failed(Category.USER_CODE, "bad"));
        assertThat(fixture.deployed.get(fixture.attempt(0, 0)).restored().checkpointId())
                .isEqualTo(2);

        failAndStartAgain(
                fixture,
                connection,
                new SubtaskEnd.Failed(
                        Failure.of(
                                Category.STATE,
                                "source[0]",
                                new IOException(
                                        new DamagedCheckpointException("file x is damaged")))));

        assertThat(fixture.deployed.get(fixture.attempt(0, 0)).restored().checkpointId())
                .isEqualTo(1);
        failAndStartAgain(
                fixture,
                connection,
                new SubtaskEnd.Failed(
                        Failure.of(
                                Category.STATE,
                                "source[0]",
                                new DamagedCheckpointException("file y is damaged"))));
        assertThat(fixture.result.state()).isEqualTo(JobState.FAILED);
        assertThat(fixture.result.failure().summary())
                .contains("file y is damaged. No checkpoint before 1 is retained");
    }

    @Test
    void shouldBeginFromTheNewestCheckpointOnRecordWhenItTakesOver() {
        MasterFixture first = new MasterFixture();
        checkpointed(first);

        MasterFixture second = new MasterFixture(2, first.record, new RestartStrategy.Spec.None());
        second.checkpoints.complete.putAll(first.checkpoints.complete);
        second.startedBeside();
        second.grant("w2");
        second.report("w2");

        assertThat(second.journal).containsSubsequence("read 1", "publish 1");
        assertThat(second.deployed).isNotEmpty();
        assertThat(second.deployed.values())
                .allSatisfy(d -> assertThat(d.restored().checkpointId()).isEqualTo(1));
    }

    @Test
    void shouldRemoveTheCheckpointsOfAJobThatFinishedAndKeepThoseOfOneThatWasCancelled() {
        MasterFixture finished = new MasterFixture();
        finished.allEnd(checkpointed(finished), new SubtaskEnd.Finished());
        assertThat(finished.journal).contains("remove all");

        MasterFixture cancelled = new MasterFixture();
        String connection = checkpointed(cancelled);
        cancelled.on(new MasterEvent.CancelRequested("a test"));
        cancelled.allEnd(connection, new SubtaskEnd.Canceled());
        assertThat(cancelled.journal).contains("write end-" + JOB);
        assertThat(cancelled.journal).doesNotContain("remove all");
    }

    @Test
    void shouldRefuseToTakeCheckpointsWithoutAFolder() {
        MasterFixture fixture = new MasterFixture();
        fixture.submitted(MasterFixture.graph(Map.of("execution.checkpointing.interval", "10 s")));

        assertThat(fixture.status().failure().summary())
                .contains("execution.checkpointing.dir is not set");
    }

    @Test
    void shouldGoOnWithCheckpointsOfItsOwnWhenItKeepsWhatRuns() {
        MasterFixture first = new MasterFixture();
        checkpointed(first);
        MasterFixture second = first.next();
        second.checkpoints.complete.putAll(first.checkpoints.complete);
        String w1 = second.takeOver(first);
        List<AttemptId> attempts = List.copyOf(first.deployed.keySet());
        assertThat(second.journal)
                .containsSubsequence("publish 1", "adopt " + attempts + " up to 1");

        second.sent.clear();
        second.time.pass(Duration.ofSeconds(10));

        assertThat(second.sent)
                .filteredOn(m -> m instanceof ToWorker.TriggerCheckpoint)
                .singleElement()
                .satisfies(
                        m -> {
                            ToWorker.TriggerCheckpoint trigger = (ToWorker.TriggerCheckpoint) m;
                            assertThat(trigger.checkpointId()).isEqualTo(1001);
                            assertThat(trigger.attempts()).hasSameElementsAs(attempts);
                        });
        assertThat(w1).isNotNull();
    }

    @Test
    void shouldWaitForWhatTheJobHasBegunFromWhenItTakesOverWhatRuns() {
        MasterFixture first = new MasterFixture();
        first.checkpoints.stored.put("/sp/one", stored(7));
        first.submitted(MasterFixture.graph(Map.of("execution.state-recovery.path", "/sp/one")));
        first.grant("w1");
        first.allRun(first.report("w1"));
        assertThat(first.state()).isEqualTo(JobState.RUNNING);
        MasterFixture second = first.next();
        second.checkpoints.stored.putAll(first.checkpoints.stored);
        second.checkpoints.failures = 6;

        second.takeOver(first);
        second.time.pass(Duration.ofSeconds(15));

        assertThat(second.state()).isEqualTo(JobState.RUNNING);
        assertThat(second.journal).noneMatch(line -> line.startsWith("cancel"));
    }
}
