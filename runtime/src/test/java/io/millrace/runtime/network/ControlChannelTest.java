package io.millrace.runtime.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ControlChannelTest {
    private static final String LOOPBACK = "127.0.0.1";
    private static final Secret SECRET = Secret.random();
    private final List<AutoCloseable> closing = new ArrayList<>();

    /** Texts as UTF-8; "damaged" cannot be read. */
    private static final MessageCodec TEXTS =
            new MessageCodec() {
                @Override
                public byte[] encode(Object message) {
                    return ((String) message).getBytes(StandardCharsets.UTF_8);
                }

                @Override
                public Object decode(byte[] bytes) throws IOException {
                    String text = new String(bytes, StandardCharsets.UTF_8);
                    if (text.equals("damaged")) {
                        throw new IOException("what is no message");
                    }
                    return text;
                }
            };

    /** Remembers what it hears. */
    private static class RecordingListener implements ControlListener {
        final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        volatile ControlConnection connection;

        @Override
        public void connected(ControlConnection connected) {
            connection = connected;
            heard.add("connected " + connected.kind() + " " + connected.peerId());
        }

        @Override
        public void received(ControlConnection from, Object message) {
            heard.add("received " + message);
        }

        @Override
        public void closed(ControlConnection was, String cause) {
            heard.add("closed " + cause);
        }

        String next() throws InterruptedException {
            String next = heard.poll(30, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing was heard of " + connection);
            }
            return next;
        }
    }

    /** Answers each message with itself. */
    private static final class Echo extends RecordingListener {
        @Override
        public void received(ControlConnection from, Object message) {
            from.send(message);
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : closing) {
            each.close();
        }
    }

    private ControlServer server(ControlListener listener, ControlSettings settings) {
        ControlServer server =
                new ControlServer(LOOPBACK, SECRET, "app", 3, TEXTS, listener, settings);
        closing.add(server);
        return server;
    }

    private ControlClient client(ControlSettings settings) {
        ControlClient client = new ControlClient(settings);
        closing.add(client);
        return client;
    }

    private static CompletableFuture<ControlConnection> connect(
            ControlClient client,
            ControlServer server,
            Secret secret,
            String application,
            int epoch,
            ControlListener listener) {
        return client.connect(
                new InetSocketAddress(LOOPBACK, server.port()),
                ConnectionKind.CONTROL_WORKER,
                "worker-1",
                secret,
                application,
                epoch,
                TEXTS,
                listener);
    }

    @Test
    void shouldEchoMessagesOfAllSizesInOrder() throws Exception {
        Echo master = new Echo();
        ControlServer server = server(master, ControlSettings.defaults());
        ControlClient client = client(ControlSettings.defaults());
        RecordingListener worker = new RecordingListener();
        ControlConnection connection =
                connect(client, server, SECRET, "app", ControlClient.ANY_EPOCH, worker)
                        .get(30, TimeUnit.SECONDS);
        assertThat(connection.epoch()).isEqualTo(3);
        assertThat(worker.next()).isEqualTo("connected CONTROL_WORKER master");
        assertThat(master.next()).isEqualTo("connected CONTROL_WORKER worker-1");
        List<String> sent = new ArrayList<>();
        for (int size : new int[] {0, 1, 65_535, 65_536, 65_537, 5_000_000, 10, 131_072, 3}) {
            String text = String.valueOf((char) ('a' + sent.size())).repeat(size);
            sent.add(text);
            connection.send(text);
        }
        for (String text : sent) {
            assertThat(worker.next()).isEqualTo("received " + text);
        }
        connection.close("enough");
        assertThat(master.next()).isEqualTo("closed closed by worker-1: enough");
        assertThat(worker.next()).isEqualTo("closed enough");
        assertThat(server.refusedConnections()).isZero();
    }

    @Test
    void shouldDeliverWhatWasSentBeforeClose() throws Exception {
        RecordingListener master = new RecordingListener();
        ControlServer server = server(master, ControlSettings.defaults());
        ControlConnection connection =
                connect(
                                client(ControlSettings.defaults()),
                                server,
                                SECRET,
                                "app",
                                3,
                                new RecordingListener())
                        .get(30, TimeUnit.SECONDS);
        String large = "x".repeat(3_000_000);
        connection.send(large);
        connection.close("done");
        assertThat(master.next()).startsWith("connected");
        assertThat(master.next()).isEqualTo("received " + large);
        assertThat(master.next()).isEqualTo("closed closed by worker-1: done");
    }

    @Test
    void shouldRefuseWhenSecretApplicationOrEpochDiffer() throws Exception {
        RecordingListener master = new RecordingListener();
        ControlServer server = server(master, ControlSettings.defaults());
        ControlClient client = client(ControlSettings.defaults());
        RecordingListener worker = new RecordingListener();
        assertThatThrownBy(
                        () ->
                                connect(client, server, Secret.random(), "app", 3, worker)
                                        .get(30, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessageContaining("worker-1")
                .hasMessageContaining("does not fit the application's secret");
        assertThatThrownBy(
                        () ->
                                connect(client, server, SECRET, "other", 3, worker)
                                        .get(30, TimeUnit.SECONDS))
                .hasMessageContaining("it may belong to another application");
        assertThatThrownBy(
                        () ->
                                connect(client, server, SECRET, "app", 4, worker)
                                        .get(30, TimeUnit.SECONDS))
                .hasMessageContaining("'master' has epoch 3, wanted was 4");
        Await.until("all were counted", () -> server.refusedConnections() == 3, () -> server);
        assertThat(worker.heard).isEmpty();
        assertThat(master.heard).isEmpty();
    }

    @Test
    void shouldCloseWhoSaysNothingAfterTheTimeout() throws Exception {
        ControlServer server =
                server(
                        new RecordingListener(),
                        ControlSettings.defaults()
                                .withLimits(
                                        UnauthenticatedLimits.defaults().withTimeoutMillis(100)));
        try (Socket silent = new Socket(InetAddress.getByName(LOOPBACK), server.port());
                Socket slow = new Socket(InetAddress.getByName(LOOPBACK), server.port())) {
            slow.getOutputStream().write(new byte[] {0, 60, 'M'});
            silent.setSoTimeout(30_000);
            slow.setSoTimeout(30_000);
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
            assertThat(slow.getInputStream().read()).isEqualTo(-1);
        }
        Await.until("both were counted", () -> server.refusedConnections() == 2, () -> server);
        Await.until("nobody knocks", () -> server.unauthenticatedConnections() == 0, () -> server);
    }

    @Test
    void shouldRefuseTheOneTooManyOfAnAddress() throws Exception {
        ControlServer server =
                server(
                        new RecordingListener(),
                        ControlSettings.defaults()
                                .withLimits(new UnauthenticatedLimits(60_000, 512, 4)));
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                sockets.add(new Socket(InetAddress.getByName(LOOPBACK), server.port()));
            }
            Await.until("four knock", () -> server.unauthenticatedConnections() == 4, () -> server);
            Socket fifth = new Socket(InetAddress.getByName(LOOPBACK), server.port());
            sockets.add(fifth);
            fifth.setSoTimeout(30_000);
            assertThat(fifth.getInputStream().read()).isEqualTo(-1);
            assertThat(server.refusedConnections()).isEqualTo(1);
            sockets.get(0).close();
            Await.until(
                    "one has gone", () -> server.unauthenticatedConnections() == 3, () -> server);
            connect(
                            client(ControlSettings.defaults()),
                            server,
                            SECRET,
                            "app",
                            3,
                            new RecordingListener())
                    .get(30, TimeUnit.SECONDS);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void shouldCountRandomAndReflectedBytesAndServeOthersOn() throws Exception {
        Echo master = new Echo();
        ControlServer server = server(master, ControlSettings.defaults());
        RecordingListener worker = new RecordingListener();
        ControlConnection good =
                connect(client(ControlSettings.defaults()), server, SECRET, "app", 3, worker)
                        .get(30, TimeUnit.SECONDS);
        Random random = new Random(11);
        for (int i = 0; i < 100; i++) {
            try (Socket socket = new Socket(InetAddress.getByName(LOOPBACK), server.port())) {
                byte[] bytes = new byte[1 + random.nextInt(2000)];
                random.nextBytes(bytes);
                socket.getOutputStream().write(bytes);
            }
        }
        // a correct hello, then what came back is sent back
        try (Socket socket = new Socket(InetAddress.getByName(LOOPBACK), server.port())) {
            byte[] hello =
                    Handshake.initiator(
                                    new Handshake.Identity(SECRET, "app", "evil", 0, false),
                                    ConnectionKind.CONTROL_WORKER,
                                    null,
                                    () -> new byte[32])
                            .hello();
            socket.getOutputStream().write(new byte[] {0, (byte) hello.length});
            socket.getOutputStream().write(hello);
            socket.setSoTimeout(30_000);
            byte[] challenge = new byte[512];
            int length = socket.getInputStream().read(challenge);
            assertThat(length).isGreaterThan(70);
            byte[] mac = new byte[34];
            mac[1] = 32;
            System.arraycopy(challenge, length - 32, mac, 2, 32);
            socket.getOutputStream().write(mac);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        Await.until(
                "all were counted",
                () -> server.refusedConnections() == 101,
                () -> server.refusedConnections());
        good.send("still there");
        assertThat(worker.next()).startsWith("connected");
        assertThat(worker.next()).isEqualTo("received still there");
    }

    @Test
    void shouldCloseWhenMessageIsDamagedOrTooLong() throws Exception {
        RecordingListener master = new RecordingListener();
        ControlServer server =
                server(master, ControlSettings.defaults().withMaxMessageBytes(100_000));
        ControlClient client = client(ControlSettings.defaults());
        RecordingListener first = new RecordingListener();
        connect(client, server, SECRET, "app", 3, first).get(30, TimeUnit.SECONDS).send("damaged");
        assertThat(master.next()).startsWith("connected");
        assertThat(master.next()).isEqualTo("closed worker-1 sent what is no message");
        RecordingListener second = new RecordingListener();
        connect(client, server, SECRET, "app", 3, second)
                .get(30, TimeUnit.SECONDS)
                .send("y".repeat(100_001));
        assertThat(master.next()).startsWith("connected");
        assertThat(master.next())
                .isEqualTo("closed worker-1 sent a message of more than 100000 bytes");
        assertThat(second.next()).startsWith("connected");
        assertThat(second.next()).startsWith("closed ");
        assertThatThrownBy(() -> master.connection.send("z".repeat(100_001)))
                .hasMessageContaining("100001 bytes for worker-1; the limit is 100000");
    }

    @Test
    void shouldCloseWhenPeerDoesNotReadAndBoundIsReached() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        RecordingListener master =
                new RecordingListener() {
                    @Override
                    public void received(ControlConnection from, Object message) {
                        try {
                            blocked.await(60, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                };
        ControlServer server = server(master, ControlSettings.defaults());
        RecordingListener worker = new RecordingListener();
        ControlConnection connection =
                connect(
                                client(ControlSettings.defaults().withMaxOutboundBytes(1_000_000)),
                                server,
                                SECRET,
                                "app",
                                3,
                                worker)
                        .get(30, TimeUnit.SECONDS);
        assertThat(worker.next()).startsWith("connected");
        String text = "x".repeat(100_000);
        Await.until(
                "the bound is reached",
                () -> {
                    connection.send(text);
                    return !worker.heard.isEmpty();
                },
                () -> connection);
        assertThat(worker.next()).contains("bytes wait for master, which does not read; the bound");
        blocked.countDown();
    }

    @Test
    void shouldTellPeersWhenServerCloses() throws Exception {
        RecordingListener master = new RecordingListener();
        ControlServer server = server(master, ControlSettings.defaults());
        RecordingListener worker = new RecordingListener();
        connect(client(ControlSettings.defaults()), server, SECRET, "app", 3, worker)
                .get(30, TimeUnit.SECONDS);
        assertThat(master.next()).startsWith("connected");
        server.close();
        assertThat(worker.next()).startsWith("connected");
        assertThat(worker.next())
                .isEqualTo("closed closed by master: the application master is leaving");
    }

    @Test
    void shouldSayWhoWasTriedWhenNobodyListens() {
        ControlServer server = server(new RecordingListener(), ControlSettings.defaults());
        int port = server.port();
        server.close();
        ControlClient client = client(ControlSettings.defaults());
        assertThatThrownBy(
                        () ->
                                client.connect(
                                                new InetSocketAddress(LOOPBACK, port),
                                                ConnectionKind.CONTROL_CLIENT,
                                                "launcher",
                                                SECRET,
                                                "app",
                                                0,
                                                TEXTS,
                                                new RecordingListener())
                                        .get(30, TimeUnit.SECONDS))
                .hasMessageContaining("launcher")
                .hasMessageContaining(String.valueOf(port));
    }

    @Test
    void shouldTakeAnyByteAsSignOfLife() throws Exception {
        AtomicLong clock = new AtomicLong(100);
        RecordingListener master = new RecordingListener();
        ControlServer server =
                server(
                        master,
                        new ControlSettings(
                                1 << 20, 1 << 20, UnauthenticatedLimits.defaults(), clock::get));
        ControlConnection connection =
                connect(
                                client(ControlSettings.defaults()),
                                server,
                                SECRET,
                                "app",
                                3,
                                new RecordingListener())
                        .get(30, TimeUnit.SECONDS);
        assertThat(master.next()).startsWith("connected");
        assertThat(master.connection.lastReceivedNanos()).isEqualTo(100);
        clock.set(250);
        connection.send("beat");
        assertThat(master.next()).isEqualTo("received beat");
        assertThat(master.connection.lastReceivedNanos()).isEqualTo(250);
    }
}
