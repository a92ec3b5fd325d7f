package io.millrace.runtime.master;

import static io.millrace.runtime.master.MasterFixture.CANCELED;
import static io.millrace.runtime.master.MasterFixture.FINISHED;
import static io.millrace.runtime.master.MasterFixture.JOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.schedule.RestartStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Jobs of several regions, which fail, start again and finish each for itself. */
class JobMasterRegionsTest {
    private final MasterFixture f = new MasterFixture();

    /** Two vertices that nothing connects, in one slot. */
    private static JobGraph twoRegions() {
        return new JobGraph(JOB, "two", List.of(lonely(0), lonely(1)), List.of(), Map.of());
    }

    private static JobVertex lonely(int id) {
        return new JobVertex(
                id,
                "v" + id,
                1,
                128,
                "default",
                new byte[0],
                List.of(),
                List.of(new JobVertex.FileOutput(id, "out" + id, false)));
    }

    private static String runningTwoRegions(MasterFixture fixture) {
        fixture.submitted(twoRegions());
        fixture.grant("w1");
        String w1 = fixture.report("w1");
        fixture.allRun(w1);
        assertThat(fixture.state()).isEqualTo(JobState.RUNNING);
        return w1;
    }

    @Test
    void shouldStartOnlyTheRegionAgainInWhichATaskFailed() {
        String w1 = runningTwoRegions(f);
        f.journal.clear();
        f.ends(w1, f.attempt(1, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        assertThat(f.state()).isEqualTo(JobState.RESTARTING);
        assertThat(f.status().vertices()).extracting(v -> v.running()).containsExactly(1, 0);

        f.time.pass(Duration.ofSeconds(1));
        f.on(new MasterEvent.Received(w1, new ToMaster.TaskRunning(f.attempt(1, 0))));

        assertThat(f.state()).isEqualTo(JobState.RUNNING);
        assertThat(f.journal)
                .containsExactly("write intent-restart-1.1", "discard app-1-1", "deploy v1[0]#1.3");
        assertThat(f.status().restarts()).isEqualTo(1);
    }

    @Test
    void shouldCommitTheRunOfEachRegion() {
        String w1 = runningTwoRegions(f);
        f.ends(w1, f.attempt(0, 0), FINISHED);
        f.ends(w1, f.attempt(1, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        f.time.pass(Duration.ofSeconds(1));
        assertThat(f.state()).isEqualTo(JobState.DEPLOYING);

        f.ends(w1, f.attempt(1, 0), FINISHED);

        assertThat(f.journal)
                .containsSubsequence(
                        "write intent-commit-" + JOB, "commit app-1-0", "commit app-1-2");
        assertThat(f.state()).isEqualTo(JobState.FINISHED);
    }

    @Test
    void shouldCountOneFailureWhenALostWorkerStrikesManyRegions() {
        runningTwoRegions(f);
        f.on(new MasterEvent.ContainerCompleted("w1", "killed"));
        f.grant("w2");
        f.report("w2");
        f.time.pass(Duration.ofSeconds(1));

        assertThat(f.state()).isEqualTo(JobState.DEPLOYING);
        assertThat(f.status().restarts()).isEqualTo(1);
        assertThat(f.deployed).hasSize(4);
    }

    @Test
    void shouldGiveUpOnceWhenALostWorkerStrikesManyRegions() {
        MasterFixture last = new MasterFixture(1, new TreeMap<>(), new RestartStrategy.Spec.None());
        runningTwoRegions(last);

        last.on(new MasterEvent.ContainerCompleted("w1", "killed"));

        assertThat(last.result.state()).isEqualTo(JobState.FAILED);
        assertThat(last.journal).containsOnlyOnce("write intent-fail-" + JOB);
    }

    @Test
    void shouldKeepOneRegionAndStartTheOtherAgainWhenMasterBeforeItDied() {
        runningTwoRegions(f);
        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        MasterFixture second = f.next();
        second.startedBeside("w1");
        String w1 =
                second.report(
                        "w1",
                        List.of(MasterFixture.runs(attempts.get(0)), starting(attempts.get(1))),
                        List.of(),
                        attempts);
        second.time.pass(Duration.ofSeconds(10));
        assertThat(second.journal)
                .endsWith(
                        "adopt [v0[0]#1.1] up to 0",
                        "write intent-restart-2.1",
                        "cancel v1[0]#1.2");
        assertThat(second.state()).isEqualTo(JobState.RESTARTING);

        second.deployed.putAll(f.deployed);
        second.ends(w1, attempts.get(1), CANCELED);

        assertThat(second.journal).endsWith("discard app-1-1", "deploy v1[0]#2.1");
        assertThat(second.status().restarts()).as("nothing has failed").isZero();
    }

    private static ToMaster.TaskReport starting(AttemptId attempt) {
        return new ToMaster.TaskReport(
                attempt,
                new Generation(attempt.epoch(), attempt.counter()),
                ToMaster.Phase.STARTING,
                0,
                0);
    }

    @Test
    void shouldCountALostConnectionOnceThoughItStrikesSeveralRegions() {
        MasterFixture master = afterBothHaveFailed(Category.CLUSTER);

        assertThat(master.state()).isEqualTo(JobState.DEPLOYING);
        assertThat(master.status().restarts()).isEqualTo(1);
    }

    @Test
    void shouldCountFailuresOfTheProgramInSeveralRegionsOneByOne() {
        MasterFixture master = afterBothHaveFailed(Category.USER_CODE);

        assertThat(master.state()).isEqualTo(JobState.FAILED);
    }

    /** Two regions of a job that is started again but once, and time for that to happen. */
    private static MasterFixture afterBothHaveFailed(Category cause) {
        MasterFixture master =
                new MasterFixture(
                        1,
                        new TreeMap<>(),
                        new RestartStrategy.Spec.FixedDelay(1, Duration.ofSeconds(1)));
        String w1 = runningTwoRegions(master);
        master.ends(w1, master.attempt(0, 0), MasterFixture.failed(cause, "the first"));
        master.ends(w1, master.attempt(1, 0), MasterFixture.failed(cause, "the second"));
        master.time.pass(Duration.ofSeconds(2));
        return master;
    }

    @Test
    void shouldKeepTheHighestCountOfRestartsThoughItWasWrittenBeforeAnOlderOne() {
        String w1 = runningTwoRegions(f);
        f.late = new ArrayList<>();
        f.ends(w1, f.attempt(1, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        f.late = null;
        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        f.time.pass(Duration.ofSeconds(5));
        assertThat(f.journal)
                .containsSubsequence("write intent-restart-1.2", "write intent-restart-1.1");
        assertThat(f.status().restarts()).isEqualTo(2);

        MasterFixture second = f.next();
        second.started();

        assertThat(second.status().restarts()).isEqualTo(2);
    }

    @Test
    void shouldNotLookAtOutputsAgainThatTheJobWritesAlready() {
        f.splits = List.of();
        runningTwoRegions(f);
        MasterFixture second = f.next();
        second.prepareRefusal = "The output folder out0 exists.";

        second.takeOver(f);

        assertThat(second.journal).doesNotContain("prepare");
        assertThat(second.state()).isEqualTo(JobState.WAITING_FOR_WORKERS);
    }
}
