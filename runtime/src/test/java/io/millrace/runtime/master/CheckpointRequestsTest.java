package io.millrace.runtime.master;

import static io.millrace.runtime.master.MasterFixture.JOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.SubtaskState;
import io.millrace.runtime.checkpoint.WorkerFile;
import io.millrace.runtime.control.FromClient;
import io.millrace.runtime.control.ToClient;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Clients that ask a job master for a checkpoint now. */
class CheckpointRequestsTest {
    private static final FromClient REQUEST = new FromClient.TriggerCheckpoint("r1", "");

    private final MasterFixture f = new MasterFixture();

    private void ask(String connection) {
        f.on(new MasterEvent.Connected(connection, "client"));
        f.on(new MasterEvent.Received(connection, REQUEST));
    }

    private List<ToClient.SavepointEnded> answers() {
        return f.sent.stream()
                .filter(ToClient.SavepointEnded.class::isInstance)
                .map(ToClient.SavepointEnded.class::cast)
                .toList();
    }

    private List<ToWorker.TriggerCheckpoint> triggers() {
        return f.sent.stream()
                .filter(ToWorker.TriggerCheckpoint.class::isInstance)
                .map(ToWorker.TriggerCheckpoint.class::cast)
                .toList();
    }

    @Test
    void shouldAnswerWithThePathOfACheckpointThatIsTakenOnceHoweverOftenOneAsks() {
        f.submitted(
                MasterFixture.graph(
                        Map.of(
                                "execution.checkpointing.interval", "1 h",
                                "execution.checkpointing.dir", "/checkpoints")));
        f.grant("w1");
        ask("client#1");
        assertThat(triggers()).isEmpty();
        String w1 = f.report("w1");
        f.allRun(w1);
        f.on(new MasterEvent.Disconnected("client#1", "the network"));
        ask("client#2");
        f.time.pass(Duration.ofSeconds(1));
        assertThat(triggers())
                .singleElement()
                .returns(CheckpointKind.CHECKPOINT, ToWorker.TriggerCheckpoint::kind);

        f.on(
                new MasterEvent.Received(
                        w1,
                        new ToMaster.CheckpointStored(
                                1,
                                1,
                                new WorkerFile("chk-1/worker-w1", 1, 1),
                                f.deployed.keySet().stream()
                                        .map(a -> new SubtaskState(a, false, 0, 0, List.of()))
                                        .toList())));

        var answer = new ToClient.SavepointEnded("r1", "/checkpoints/" + JOB + "/chk-1", "");
        assertThat(answers()).containsExactly(answer);
        ask("client#3");
        assertThat(answers()).containsExactly(answer, answer);
        assertThat(triggers()).hasSize(1);
    }

    @Test
    void shouldRefuseForAJobThatTakesNone() {
        f.running();

        ask("client#1");

        assertThat(answers())
                .singleElement()
                .asString()
                .contains("takes no checkpoints", "execution.checkpointing.interval");
    }
}
