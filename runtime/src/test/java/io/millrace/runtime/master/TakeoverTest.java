package io.millrace.runtime.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.ToMaster.Phase;
import io.millrace.runtime.control.ToMaster.Report;
import io.millrace.runtime.control.ToMaster.TaskEnded;
import io.millrace.runtime.control.ToMaster.TaskReport;
import io.millrace.runtime.control.ToMaster.WorkerStart;
import io.millrace.runtime.master.RestartIntent.Abandoned;
import io.millrace.runtime.master.Takeover.Verdict;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Execution;
import io.millrace.runtime.schedule.ExecutionGraph;
import io.millrace.runtime.schedule.ExecutionGraph.Adopted;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.schedule.Region;
import io.millrace.runtime.schedule.RestartStrategy;
import io.millrace.runtime.schedule.SlotSharing.WorkerSlot;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.SubtaskMetrics;
import io.millrace.runtime.worker.WorkerAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Of one region with four subtasks: two of vertex 0, two of vertex 1. */
class TakeoverTest {
    private static final Generation FIRST = new Generation(1, 1);
    private static final Generation SECOND = new Generation(1, 2);

    private final ExecutionGraph graph =
            new ExecutionGraph(MasterFixture.graph(Map.of()), "app", 2);
    private final Region region = graph.regions().get(0);
    private final List<TaskEnded> recorded = new ArrayList<>();
    private final List<RestartIntent> intents = new ArrayList<>();
    private final List<TaskReport> onFirst = new ArrayList<>();
    private final List<TaskReport> onSecond = new ArrayList<>();
    private final List<TaskEnded> ends = new ArrayList<>();

    private static AttemptId attempt(int vertex, int subtask, Generation generation) {
        return new AttemptId(
                MasterFixture.JOB, vertex, subtask, generation.epoch(), generation.counter());
    }

    private static TaskReport task(int vertex, int subtask, Generation generation, Phase phase) {
        return new TaskReport(attempt(vertex, subtask, generation), generation, phase, subtask, 0);
    }

    private static TaskEnded end(int vertex, int subtask, Generation generation, SubtaskEnd how) {
        return new TaskEnded(
                attempt(vertex, subtask, generation), generation, how, SubtaskMetrics.NONE);
    }

    private static Report report(String worker, List<TaskReport> tasks, List<TaskEnded> ends) {
        return new Report(
                new WorkerAddress(worker, "host", 1),
                1,
                2,
                2,
                new WorkerStart(1, 2, 3),
                tasks,
                ends,
                List.of());
    }

    private Takeover takeover() {
        Takeover takeover = new Takeover(graph, recorded, intents);
        takeover.reported("w1", report("w1", onFirst, ends));
        takeover.reported("w2", report("w2", onSecond, List.of()));
        return takeover;
    }

    private Takeover.Found find() {
        return takeover().find(region, worker -> true);
    }

    private void allRun() {
        onFirst.add(task(0, 0, FIRST, Phase.RUNNING));
        onFirst.add(task(1, 0, FIRST, Phase.RUNNING));
        onSecond.add(task(0, 1, FIRST, Phase.RUNNING));
        onSecond.add(task(1, 1, FIRST, Phase.RUNNING));
    }

    @Test
    void shouldKeepARegionWhoseSubtasksAllRunInOneGeneration() {
        allRun();

        Takeover.Found found = find();

        assertThat(found.verdict()).isEqualTo(Verdict.KEEP);
        assertThat(found.generation()).isEqualTo(FIRST);
        assertThat(found.attempts())
                .contains(
                        new Adopted(
                                attempt(1, 1, FIRST),
                                new WorkerSlot("w2", 1),
                                Execution.State.RUNNING,
                                SubtaskMetrics.NONE))
                .hasSize(4);
    }

    @Test
    void shouldKnowNothingWhenNobodyReportsAnAttempt() {
        assertThat(find().verdict()).isEqualTo(Verdict.NOTHING);
    }

    @Test
    void shouldNotKeepARegionOfWhichASubtaskIsMissing() {
        allRun();
        onSecond.remove(1);

        assertThat(find().verdict()).isEqualTo(Verdict.RESTART);
    }

    @Test
    void shouldCountSubtasksThatFinishedOnRecordOrInAReport() {
        allRun();
        recorded.add(end(0, 1, FIRST, new SubtaskEnd.Finished()));
        onSecond.remove(0);
        onFirst.remove(0);
        ends.add(end(0, 0, FIRST, new SubtaskEnd.Finished()));

        Takeover.Found found = find();

        assertThat(found.verdict()).isEqualTo(Verdict.KEEP);
        assertThat(found.attempts())
                .filteredOn(a -> a.state() == Execution.State.FINISHED)
                .extracting(Adopted::attempt)
                .containsExactlyInAnyOrder(attempt(0, 0, FIRST), attempt(0, 1, FIRST));
    }

    @Test
    void shouldNotCountSubtasksThatFinishedInAnotherGeneration() {
        onFirst.add(task(0, 0, SECOND, Phase.RUNNING));
        onFirst.add(task(1, 0, SECOND, Phase.RUNNING));
        onSecond.add(task(1, 1, SECOND, Phase.RUNNING));
        recorded.add(end(0, 1, FIRST, new SubtaskEnd.Finished()));

        assertThat(find().verdict()).isEqualTo(Verdict.RESTART);
    }

    @Test
    void shouldNotKeepARegionThatWasJustBeingStarted() {
        allRun();
        onSecond.set(1, task(1, 1, FIRST, Phase.STARTING));

        assertThat(find().verdict()).isEqualTo(Verdict.RESTART);
    }

    @Test
    void shouldNotKeepARegionOfTwoGenerations() {
        allRun();
        onSecond.set(1, task(1, 1, SECOND, Phase.RUNNING));

        Takeover.Found found = find();

        assertThat(found.verdict()).isEqualTo(Verdict.RESTART);
        assertThat(found.generation()).isEqualTo(SECOND);
    }

    @Test
    void shouldKeepTheNewestGenerationBesideWhatIsLeftOfAnOlderOne() {
        allRun();
        onFirst.add(task(0, 0, new Generation(1, 0), Phase.CANCELLING));

        assertThat(find().verdict()).isEqualTo(Verdict.KEEP);
    }

    @Test
    void shouldNotKeepARegionWhoseRestartIsOnRecord() {
        allRun();
        intents.add(
                new RestartIntent(
                        List.of(new Abandoned(0, FIRST)), 1, 1, RestartStrategy.Memory.NONE));

        assertThat(find().verdict()).isEqualTo(Verdict.RESTART);
    }

    @Test
    void shouldKeepARegionThatWasStartedAgainSinceItsRestartIsOnRecord() {
        for (TaskReport task :
                List.of(
                        task(0, 0, SECOND, Phase.RUNNING),
                        task(1, 0, SECOND, Phase.RUNNING),
                        task(0, 1, SECOND, Phase.RUNNING),
                        task(1, 1, SECOND, Phase.RUNNING))) {
            onFirst.add(task);
        }
        intents.add(
                new RestartIntent(
                        List.of(new Abandoned(0, FIRST)), 1, 1, RestartStrategy.Memory.NONE));
        intents.add(
                new RestartIntent(
                        List.of(new Abandoned(1, new Generation(9, 9))),
                        1,
                        1,
                        RestartStrategy.Memory.NONE));

        assertThat(find().verdict()).isEqualTo(Verdict.KEEP);
    }

    @Test
    void shouldTellHowARegionHasFailedWithoutAMaster() {
        allRun();
        onFirst.remove(0);
        Failure failure = Failure.of(Failure.Category.USER_CODE, "Task", "boom");
        ends.add(end(0, 0, FIRST, new SubtaskEnd.Failed(failure)));

        assertThat(find().verdict()).isEqualTo(Verdict.FAILED);
        assertThat(takeover().failures(region, FIRST)).containsExactly(failure);
    }

    @Test
    void shouldNotCountOnAWorkerWhoseContainerTheClusterDoesNotKnow() {
        allRun();

        assertThat(takeover().find(region, "w1"::equals).verdict()).isEqualTo(Verdict.RESTART);
    }

    @Test
    void shouldFollowWhatBecomesOfAttemptsAfterTheReport() {
        allRun();
        onSecond.set(1, task(1, 1, FIRST, Phase.STARTING));
        Takeover takeover = takeover();
        takeover.running("w2", attempt(1, 1, FIRST));
        takeover.ended("w1", end(0, 0, FIRST, new SubtaskEnd.Finished()));
        assertThat(takeover.find(region, worker -> true).verdict()).isEqualTo(Verdict.KEEP);

        takeover.lost("w2");

        assertThat(takeover.find(region, worker -> true).verdict()).isEqualTo(Verdict.RESTART);
    }
}
