package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.control.ControlCodec;
import io.millrace.runtime.control.FromClient;
import io.millrace.runtime.control.ToClient;
import io.millrace.runtime.network.ControlConnection;
import io.millrace.runtime.network.ControlListener;
import io.millrace.runtime.network.ControlServer;
import io.millrace.runtime.network.Secret;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** What the launcher asks an application master, on a real connection. */
class JobConnectionTest {
    private static final String APPLICATION = RecordingDeployer.APPLICATION;
    private static final FromClient SAVEPOINT = new FromClient.TriggerSavepoint("r1", "", "/s");

    private final Secret secret = Secret.random();

    /** A master that answers as the test says. */
    private static final class Master implements ControlListener {
        private final BiConsumer<ControlConnection, Object> answers;
        final List<Object> received = new CopyOnWriteArrayList<>();

        Master(BiConsumer<ControlConnection, Object> answers) {
            this.answers = answers;
        }

        @Override
        public void connected(ControlConnection connection) {}

        @Override
        public void received(ControlConnection from, Object message) {
            received.add(message);
            answers.accept(from, message);
        }

        @Override
        public void closed(ControlConnection ended, String cause) {}
    }

    private ToClient.SavepointEnded handOver(Master master) throws Exception {
        try (ControlServer server =
                        new ControlServer(
                                "localhost", secret, APPLICATION, 1, new ControlCodec(), master);
                JobConnection connection =
                        JobConnection.open(
                                new InetSocketAddress("localhost", server.port()),
                                APPLICATION,
                                secret)) {
            return connection.handOver(SAVEPOINT);
        }
    }

    @Test
    void shouldLeaveASavepointToTheMasterAsSoonAsThatHasIt() throws Exception {
        Master master =
                new Master(
                        (from, message) -> {
                            if (message instanceof FromClient.GetStatus get) {
                                from.send(new ToClient.Status("", new Statuses().build()));
                                from.send(
                                        new ToClient.Status(get.request(), new Statuses().build()));
                            }
                        });

        assertThat(handOver(master)).isEqualTo(new ToClient.SavepointEnded("r1", "", ""));

        assertThat(master.received.get(0)).isEqualTo(SAVEPOINT);
    }

    @Test
    void shouldHearWhyASavepointIsRefusedAtOnce() throws Exception {
        ToClient.SavepointEnded refusal =
                new ToClient.SavepointEnded("r1", "", "Job 'a' is FINISHED already.");
        Master master =
                new Master(
                        (from, message) -> {
                            if (message instanceof FromClient.GetStatus get) {
                                from.send(
                                        new ToClient.Status(get.request(), new Statuses().build()));
                            } else {
                                from.send(refusal);
                            }
                        });

        assertThat(handOver(master)).isEqualTo(refusal);
    }

    @Test
    void shouldNotTakeARequestForReceivedWhenTheConnectionIsGone() throws Exception {
        Master master = new Master((from, message) -> from.close("the master is dying"));

        assertThat(handOver(master)).isNull();
    }
}
