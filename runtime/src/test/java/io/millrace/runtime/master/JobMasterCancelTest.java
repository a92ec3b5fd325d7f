package io.millrace.runtime.master;

import static io.millrace.runtime.master.MasterFixture.CANCELED;
import static io.millrace.runtime.master.MasterFixture.FINISHED;
import static io.millrace.runtime.master.MasterFixture.JOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.control.FromClient;
import io.millrace.runtime.control.ToClient;
import io.millrace.runtime.control.ToMaster;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How a job is cancelled, and what clients are told of its end. */
class JobMasterCancelTest {
    private final MasterFixture f = new MasterFixture();

    @Test
    void shouldRecordIntentBeforeTheFirstCommandWhenCancelled() {
        String w1 = f.running();
        f.journal.clear();
        f.on(new MasterEvent.Connected("client#1", "client"));
        f.on(new MasterEvent.Received("client#1", new FromClient.CancelJob("r1", "")));
        f.allEnd(w1, CANCELED);
        f.on(new MasterEvent.Received(w1, new ToMaster.Leaving("told to")));

        assertThat(f.journal)
                .containsExactly(
                        "write intent-cancel-" + JOB,
                        "cancel v0[0]#1.1",
                        "cancel v0[1]#1.1",
                        "cancel v1[0]#1.1",
                        "cancel v1[1]#1.1",
                        "discard app-1-0",
                        "write end-" + JOB,
                        "leave w1",
                        "release w1",
                        "ended CANCELED");
        assertThat(f.sent)
                .contains(new ToClient.CancelReply("r1", true, "Job 'count' is being cancelled."));
    }

    @Test
    void shouldNotCommitWhenTasksFinishWhileIntentToCancelIsOnItsWay() {
        String w1 = f.running();
        f.unknownOutcomes = 1;
        f.on(new MasterEvent.CancelRequested("Ctrl-C"));
        f.allEnd(w1, FINISHED);
        assertThat(f.state()).isEqualTo(JobState.CANCELLING);
        f.time.pass(Duration.ofSeconds(10));

        assertThat(f.result.state()).isEqualTo(JobState.CANCELED);
        assertThat(f.journal).noneMatch(line -> line.startsWith("commit"));
    }

    @Test
    void shouldRefuseToCancelWhenResultIsBeingMadeVisible() {
        String w1 = f.running();
        f.finishWithoutAnswerToTheCommit(w1);
        f.on(new MasterEvent.Connected("client#1", "client"));
        f.on(new MasterEvent.Received("client#1", new FromClient.CancelJob("r1", "")));
        f.time.pass(Duration.ofSeconds(10));

        assertThat(f.sent)
                .contains(new ToClient.CancelReply("r1", false, "The job is COMMITTING already."));
        assertThat(f.result.state()).isEqualTo(JobState.FINISHED);
    }

    @Test
    void shouldAnswerHowTheJobEndedAfterItsEnd() {
        f.allEnd(f.running(), FINISHED);
        f.time.pass(Duration.ofSeconds(4));
        f.sent.clear();

        f.on(new MasterEvent.Connected("client#1", "client"));
        f.on(new MasterEvent.Received("client#1", new FromClient.GetStatus("r1", "")));

        assertThat(f.sent)
                .singleElement()
                .satisfies(
                        m ->
                                assertThat(((ToClient.Status) m).status().state())
                                        .isEqualTo(JobState.FINISHED));
    }
}
