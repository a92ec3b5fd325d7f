package io.millrace.runtime.master;

import static io.millrace.runtime.master.MasterFixture.CANCELED;
import static io.millrace.runtime.master.MasterFixture.JOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.schedule.Generation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a job master does when tasks, workers and containers fail. */
class JobMasterFailuresTest {
    private final MasterFixture f = new MasterFixture();

    @Test
    void shouldStartNothingBeforeAllAttemptsAreGoneWhenOneFails() {
        String w1 = f.running();
        f.journal.clear();
        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        assertThat(f.state()).isEqualTo(JobState.RESTARTING);
        assertThat(f.journal)
                .containsExactly(
                        "write intent-restart-1.1",
                        "cancel v0[1]#1.1",
                        "cancel v1[0]#1.1",
                        "cancel v1[1]#1.1");

        f.ends(w1, f.attempt(0, 1), CANCELED);
        f.ends(w1, f.attempt(1, 0), CANCELED);
        f.time.pass(Duration.ofSeconds(10));
        assertThat(f.state()).isEqualTo(JobState.RESTARTING);
        assertThat(f.journal).doesNotContain("discard app-1-0");

        f.ends(w1, f.attempt(1, 1), CANCELED);
        assertThat(f.journal).endsWith("discard app-1-0");
        f.time.pass(Duration.ofMillis(999));
        assertThat(f.state()).isEqualTo(JobState.RESTARTING);
        f.time.pass(Duration.ofMillis(1));

        assertThat(f.state()).isEqualTo(JobState.DEPLOYING);
        assertThat(f.journal).endsWith("deploy v1[1]#1.2");
        assertThat(f.deployed.get(f.attempt(1, 1)).run()).isEqualTo("app-1-1");
        assertThat(f.deployed.get(f.attempt(1, 1)).generation()).isEqualTo(new Generation(1, 2));
        assertThat(f.status().restarts()).isEqualTo(1);
        assertThat(f.status().failure().cause().message()).isEqualTo("boom");
    }

    @Test
    void shouldLeaveOutputBehindThatCannotBeDiscardedInThreeTries() {
        f.failingDiscards = 3;
        String w1 = f.running();
        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        f.allEnd(w1, CANCELED);
        f.time.pass(Duration.ofSeconds(10));

        assertThat(f.journal).filteredOn("discard app-1-0"::equals).hasSize(3);
        assertThat(f.state()).isEqualTo(JobState.DEPLOYING);
    }

    @Test
    void shouldFailWithTheLastRootWhenRestartsAreSpent() {
        String w1 = f.running();
        for (int start = 0; start < 3; start++) {
            f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.USER_CODE, "boom " + start));
            f.allEnd(w1, CANCELED);
            f.time.pass(Duration.ofSeconds(2));
        }
        f.time.pass(Duration.ofSeconds(4));

        assertThat(f.result.state()).isEqualTo(JobState.FAILED);
        assertThat(f.result.restarts()).isEqualTo(2);
        assertThat(f.result.failure().cause().message()).isEqualTo("boom 2");
        assertThat(f.journal)
                .containsSubsequence(
                        "write intent-fail-" + JOB, "discard app-1-2", "write end-" + JOB);
    }

    @Test
    void shouldNotStartAgainWhenFailureIsTheConfigurations() {
        String w1 = f.running();
        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.CONFIG, "no such codec"));
        f.allEnd(w1, CANCELED);
        f.time.pass(Duration.ofSeconds(10));

        assertThat(f.result.state()).isEqualTo(JobState.FAILED);
        assertThat(f.result.restarts()).isZero();
    }

    @Test
    void shouldFollowTheJobsOwnRestartStrategy() {
        f.submitted(MasterFixture.graph(Map.of("restart-strategy.type", "none")));
        f.grant("w1");
        String w1 = f.report("w1");
        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        f.allEnd(w1, CANCELED);
        f.time.pass(Duration.ofSeconds(10));

        assertThat(f.result.state()).isEqualTo(JobState.FAILED);
    }

    @Test
    void shouldNameUsersExceptionWhenBrokenChannelIsHeardOfFirst() {
        String w1 = f.running();
        f.ends(w1, f.attempt(1, 0), MasterFixture.failed(Category.CLUSTER, "channel broke"));
        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        f.allEnd(w1, CANCELED);

        assertThat(f.status().failure().cause().message()).isEqualTo("boom");
    }

    @Test
    void shouldNameContainersEndWhenBrokenChannelIsHeardOfFirst() {
        f.submitted(twoWorkers());
        f.grant("w1", "w2");
        String w1 = f.report("w1");
        f.report("w2");
        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.CLUSTER, "channel broke"));
        f.allEnd(w1, CANCELED);

        f.on(new MasterEvent.ContainerCompleted("w2", "killed: beyond its memory"));

        assertThat(f.status().failure().summary())
                .isEqualTo("killed: beyond its memory (Worker w2 on host)");
        assertThat(f.journal).endsWith("request 1", "leave w2", "discard app-1-0");
    }

    private static JobGraph twoWorkers() {
        return new JobGraph(
                JOB,
                "wide",
                List.of(
                        new JobVertex(
                                0, "v", 4, 128, "default", new byte[0], List.of(), List.of())),
                List.of(),
                Map.of());
    }

    @Test
    void shouldReplaceWorkerAndStartAgainWhenItIsSilent() {
        f.running();
        f.journal.clear();
        f.time.pass(Duration.ofSeconds(52));

        assertThat(f.journal)
                .containsSubsequence("leave w1", "release w1", "request 1", "discard app-1-0");
        assertThat(f.status().failure().summary())
                .isEqualTo("it was silent for 50 s (heartbeat.timeout) (Worker w1 on host)");
    }

    @Test
    void shouldGiveUpWorkerWhoseTasksDoNotEndWhenCancelled() {
        String w1 = f.running();
        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Category.USER_CODE, "boom"));
        for (int second = 0; second < 181; second++) {
            f.on(new MasterEvent.Received(w1, new ToMaster.WorkerBeat(second, List.of())));
            f.time.pass(Duration.ofSeconds(1));
        }

        assertThat(f.journal).contains("release w1", "request 1", "discard app-1-0");
        assertThat(f.status().failure().cause().message()).isEqualTo("boom");
    }

    @Test
    void shouldNameTaskWhoseLoopStandsStill() {
        String w1 = f.running();
        for (int second = 0; second < 60; second++) {
            f.on(new MasterEvent.Received(w1, MasterFixture.beat(f.attempt(0, 0), 7)));
            f.time.pass(Duration.ofSeconds(1));
        }

        assertThat(f.status().warnings())
                .contains("Task source[0] on w1 has not gone round its loop for 60 s");
    }

    @Test
    void shouldFailWithContainersWordsWhenTooManyEndAtTheirStart() {
        f.submitted();
        for (int i = 1; i <= 3; i++) {
            f.grant("c" + i);
            f.on(new MasterEvent.ContainerCompleted("c" + i, "exit status 1: no java"));
        }
        f.time.settle();

        assertThat(f.result.state()).isEqualTo(JobState.FAILED);
        assertThat(f.result.failure().cause().message())
                .contains("the limit is 2", "start-worker.max-failure-rate", "no java");
    }
}
