package io.millrace.runtime.master;

import static io.millrace.runtime.master.MasterFixture.FINISHED;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.accumulator.LongCounter;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.metrics.AccumulatorPart;
import io.millrace.runtime.metrics.JobValues;
import io.millrace.runtime.metrics.SubtaskValues;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.task.SubtaskMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the tasks of a job have counted and added up. */
class JobMasterCountersTest {
    private final MasterFixture f = new MasterFixture();

    @Test
    void shouldTellCountersOfItsTasks() {
        String w1 = f.running();
        f.on(new MasterEvent.Received(w1, MasterFixture.beat(f.attempt(0, 0), 7)));

        JobStatus status = f.status();

        assertThat(status.inputBytesRead()).isEqualTo(6);
        assertThat(status.inputBytesTotal()).isEqualTo(15);
        assertThat(status.vertices().get(0).recordsIn()).isEqualTo(4);
        assertThat(status.vertices().get(0).recordsOut()).isEqualTo(5);
        assertThat(status.vertices().get(0).running()).isEqualTo(2);
        assertThat(status.timeline())
                .extracting(JobStatus.TimelineEvent::name)
                .containsSubsequence(
                        "master started",
                        "graph ready",
                        "containers asked",
                        "container granted",
                        "worker registered",
                        "deploy sent",
                        "first task running",
                        "first record");
    }

    @Test
    void shouldKeepWhatFinishedSubtasksAddedUpWhenMasterDiesWithTheCommit() {
        String w1 = f.running();
        f.unknownOutcomes = 1;
        List<AttemptId> attempts = List.copyOf(f.deployed.keySet());
        for (AttemptId attempt : attempts) {
            f.on(
                    new MasterEvent.Received(
                            w1,
                            new ToMaster.TaskEnded(
                                    attempt,
                                    f.deployed.get(attempt).generation(),
                                    FINISHED,
                                    counted("count", 10))));
        }
        assertThat(f.status().values()).containsExactly(new JobValues.Shown("count", "40"));
        MasterFixture second = f.next();
        second.started();
        second.time.settle();

        assertThat(JobValues.results(second.result.accumulators(), getClass().getClassLoader()))
                .containsExactly(Map.entry("count", 40L));
        assertThat(second.status().values()).containsExactly(new JobValues.Shown("count", "40"));
    }

    @Test
    void shouldForgetWhatARunThatFailedHadAddedUp() {
        String w1 = f.running();
        for (AttemptId attempt : List.copyOf(f.deployed.keySet())) {
            f.on(
                    new MasterEvent.Received(
                            w1,
                            new ToMaster.WorkerBeat(
                                    1,
                                    List.of(
                                            new ToMaster.TaskBeat(
                                                    attempt, counted("count", 10))))));
        }
        assertThat(accumulators()).containsExactly(Map.entry("count", 40L));

        f.ends(w1, f.attempt(0, 0), MasterFixture.failed(Failure.Category.USER_CODE, "no"));

        assertThat(accumulators()).isEmpty();
    }

    private Map<String, Object> accumulators() {
        List<AccumulatorPart> parts = new ArrayList<>();
        f.on(new MasterEvent.AccumulatorsRequested(parts::addAll));
        // what is being cancelled does not count
        return JobValues.results(parts, getClass().getClassLoader());
    }

    /** Of a subtask whose function has counted to a number. */
    private static SubtaskMetrics counted(String name, long count) {
        SubtaskValues values = new SubtaskValues(1 << 20, "some.limit");
        LongCounter counter = new LongCounter();
        counter.add(count);
        values.add(name, counter);
        return new SubtaskMetrics(1, 2, 3, 4, 5, 6, 7, List.of(), List.of(), values.snapshot(0));
    }
}
