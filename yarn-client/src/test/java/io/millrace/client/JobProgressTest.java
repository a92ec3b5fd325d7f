package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.master.JobState;
import io.millrace.runtime.master.JobStatus.TimelineEvent;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class JobProgressTest {
    private final RecordedTerminal recorded = new RecordedTerminal();
    private final AtomicLong nanos = new AtomicLong(77);
    private final JobProgress progress =
            new JobProgress(
                    recorded.terminal,
                    nanos::get,
                    List.of(
                            new TimelineEvent("launcher started", "", 1_000),
                            new TimelineEvent("checked", "", 3_000)));
    private final Statuses job = new Statuses();

    @Test
    void shouldShowStateInputRateAndBusiestOperator() {
        job.nowMillis = 10_000;
        job.records = 1_000_000;
        job.bytesRead = 50L << 20;
        progress.onStatus(job.build());
        tick();
        job.nowMillis = 11_000;
        job.records = 2_234_567;
        job.bytesRead = 99L << 20;
        progress.onStatus(job.build());

        assertThat(recorded.outLines())
                .containsExactly(
                        "    0 s  RUNNING  25 % of 200 MiB  busiest: count (98 % busy)",
                        "    1 s  RUNNING  49 % of 200 MiB  1,234,567 records/s  busiest: count"
                                + " (98 % busy)");
    }

    @Test
    void shouldSayWhatItWaitsForOnceForEachWait() {
        progress.onWaiting("Waiting for the application master (queue default).");
        tick();
        progress.onWaiting("Waiting for the application master (queue default).");
        job.state = JobState.WAITING_FOR_WORKERS;
        job.workersRegistered = 1;
        job.waitingFor = "1 container to be granted";
        job.busiest = null;
        progress.onStatus(job.build());

        assertThat(recorded.outLines())
                .containsExactly(
                        "    0 s  Waiting for the application master (queue default).",
                        "    1 s  WAITING_FOR_WORKERS  1 of 2 workers  waiting for 1 container to"
                                + " be granted  0 % of 200 MiB");
    }

    @Test
    void shouldShowEachWarningAndEachRestartOnce() {
        job.busiest = null;
        job.nowMillis = 1;
        job.records = 5_000;
        progress.onStatus(job.build());
        job.restarts = 1;
        job.records = 0;
        job.nowMillis = 1_001;
        job.failure =
                Failure.of(
                        Failure.Category.USER_CODE,
                        "Task count[1]",
                        new IllegalArgumentException("bad word"));
        job.warnings.add("The clock of node7 is 3 s off.");
        progress.onStatus(job.build());
        job.nowMillis = 2_001;
        progress.onStatus(job.build());

        assertThat(recorded.outLines())
                .containsExactly(
                        "    0 s  RUNNING  0 % of 200 MiB",
                        "    0 s  Restart 1 after a failure: java.lang.IllegalArgumentException:"
                                + " bad word (Task count[1])",
                        "    0 s  RUNNING  0 % of 200 MiB",
                        "    0 s  RUNNING  0 % of 200 MiB  0 records/s");
        assertThat(recorded.errLines()).containsExactly("Warning: The clock of node7 is 3 s off.");
    }

    @Test
    void shouldShowTheWaterfallOnceWhenTheFirstRecordHasCome() {
        progress.onStatus(job.build());
        assertThat(recorded.outLines()).hasSize(1);

        job.timeline.add(new TimelineEvent("first task running", "", 8_000));
        job.timeline.add(new TimelineEvent("first record", "", 9_000));
        progress.onStatus(job.build());
        progress.onStatus(job.build());
        progress.onEnd(job.build());

        assertThat(recorded.outLines().stream().filter(line -> line.startsWith("Where the")))
                .containsExactly("Where the 8.00 s of the start went:");
        assertThat(recorded.outLines()).anyMatch(line -> line.startsWith("  launcher"));
    }

    @Test
    void shouldShowWhatThereIsOfTheWaterfallWhenTheJobEndsWithoutARecord() {
        progress.onStatus(job.build());
        progress.onEnd(job.build());

        assertThat(recorded.outLines()).contains("Where the 2.00 s of the start went:");
    }

    private void tick() {
        nanos.addAndGet(1_000_000_000L);
    }
}
