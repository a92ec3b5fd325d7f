package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class InterruptHandlerTest {
    private final RecordedTerminal recorded = new RecordedTerminal();
    private final RecordingDeployer cluster = new RecordingDeployer();

    @Test
    void shouldLeaveTheJobRunningAndSayHowToGoOn() {
        InterruptHandler handler = new InterruptHandler(recorded.terminal, cluster, false);
        handler.onAccepted("application_1_2");

        handler.run();

        assertThat(cluster.cancelled).isEmpty();
        assertThat(recorded.errLines())
                .containsExactly(
                        "Interrupted; application_1_2 runs on.",
                        "  follow it: millrace follow application_1_2",
                        "  stop it:   millrace cancel application_1_2",
                        "  its logs:  yarn logs -applicationId application_1_2");
    }

    @Test
    void shouldCancelTheJobWhenThatWasAskedFor() {
        InterruptHandler handler = new InterruptHandler(recorded.terminal, cluster, true);
        handler.onAccepted("application_1_2");

        handler.run();

        assertThat(cluster.cancelled).containsExactly("application_1_2");
        assertThat(recorded.errLines())
                .containsExactly(
                        "Interrupted: cancelling application_1_2.",
                        "application_1_2 is being cancelled.");
    }

    @Test
    void shouldSayHowToStopItWhenItCouldNotBeCancelled() {
        cluster.cancelFailure = new IOException("no route");
        InterruptHandler handler = new InterruptHandler(recorded.terminal, cluster, true);
        handler.onAccepted("application_1_2");

        handler.run();

        assertThat(recorded.errLines())
                .contains(
                        "application_1_2 could not be cancelled (no route); it may still run. To"
                                + " stop it: millrace cancel application_1_2");
    }

    @Test
    void shouldSayThatNothingRunsWhenNothingWasAccepted() {
        new InterruptHandler(recorded.terminal, cluster, true).run();

        assertThat(cluster.cancelled).isEmpty();
        assertThat(recorded.errLines())
                .containsExactly("Interrupted before the application was accepted by YARN.");
    }

    @Test
    void shouldDoNothingWhenTheLauncherEndsByItself() {
        InterruptHandler handler = new InterruptHandler(recorded.terminal, cluster, true);
        handler.onAccepted("application_1_2");
        handler.disarm();

        handler.run();

        assertThat(cluster.cancelled).isEmpty();
        assertThat(recorded.errLines()).isEmpty();
    }
}
