package io.millrace.api.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.time.Watermark;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SocketTextStreamFunctionTest {
    private final RecordingContext context = new RecordingContext();

    @Test
    void shouldEmitWhatTheDelimiterDivides() throws Exception {
        try (ServerSocket server = server()) {
            var running = run(server, "\n", 0);
            send(server, "one\r\nzwölf\n\nlast");
            running.get(30, TimeUnit.SECONDS);
        }
        assertThat(List.copyOf(context.records)).containsExactly("one", "zwölf", "", "last");
    }

    @Test
    void shouldFindADelimiterThatComesInTwoParts() throws Exception {
        try (ServerSocket server = server()) {
            var running = run(server, "<>", 0);
            try (Socket client = server.accept()) {
                client.getOutputStream().write(bytes("a<>b<"));
                client.getOutputStream().flush();
                assertThat(context.records.poll(30, TimeUnit.SECONDS)).isEqualTo("a");
                client.getOutputStream().write(bytes(">c"));
            }
            running.get(30, TimeUnit.SECONDS);
        }
        assertThat(List.copyOf(context.records)).containsExactly("b", "c");
    }

    @Test
    void shouldConnectAgainAsOftenAsAllowed() throws Exception {
        try (ServerSocket server = server()) {
            var running = run(server, "\n", 1);
            send(server, "a\nb");
            send(server, "c\n");
            running.get(30, TimeUnit.SECONDS);
        }
        assertThat(List.copyOf(context.records)).containsExactly("a", "bc");
    }

    @Test
    void shouldReturnWhenCancelledWhileItReads() throws Exception {
        try (ServerSocket server = server()) {
            var function =
                    new SocketTextStreamFunction(
                            server.getInetAddress().getHostAddress(),
                            server.getLocalPort(),
                            "\n",
                            -1);
            var running = run(function);
            try (Socket client = server.accept()) {
                client.getOutputStream().write(bytes("a\n"));
                client.getOutputStream().flush();
                assertThat(context.records.poll(30, TimeUnit.SECONDS)).isEqualTo("a");
                function.cancel();
                running.get(30, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void shouldNotRunWhenCancelledBefore() throws Exception {
        var function = new SocketTextStreamFunction("127.0.0.1", 1, "\n", 0);
        function.cancel();
        run(function).get(30, TimeUnit.SECONDS);
        assertThat(context.records).isEmpty();
    }

    @Test
    void shouldSayWhereNobodyListens() throws Exception {
        ServerSocket closed = server();
        closed.close();
        assertThatThrownBy(() -> run(closed, "\n", 0).get(30, TimeUnit.SECONDS))
                .hasMessageContaining(":" + closed.getLocalPort())
                .hasMessageContaining("nc -lk");
    }

    @Test
    void shouldRefuseWhatIsNoAddress() {
        assertThatThrownBy(() -> new SocketTextStreamFunction("h", 0, "\n", 0))
                .isInstanceOf(InvalidProgramException.class)
                .hasMessageContaining("port 0");
        assertThatThrownBy(() -> new SocketTextStreamFunction("h", 1, "", 0))
                .isInstanceOf(InvalidProgramException.class);
    }

    private static ServerSocket server() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private static void send(ServerSocket server, String text) throws IOException {
        try (Socket client = server.accept()) {
            client.getOutputStream().write(bytes(text));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private CompletableFuture<Void> run(ServerSocket server, String delimiter, long retries) {
        return run(
                new SocketTextStreamFunction(
                        InetAddress.getLoopbackAddress().getHostAddress(),
                        server.getLocalPort(),
                        delimiter,
                        retries));
    }

    private CompletableFuture<Void> run(SocketTextStreamFunction function) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                function.run(context);
                                done.complete(null);
                            } catch (Throwable t) {
                                done.completeExceptionally(t);
                            }
                        },
                        "source");
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    private static final class RecordingContext implements SourceFunction.SourceContext<String> {
        final BlockingQueue<String> records = new LinkedBlockingQueue<>();

        @Override
        public void collect(String element) {
            records.add(element);
        }

        @Override
        public void collectWithTimestamp(String element, long timestamp) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void emitWatermark(Watermark mark) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void markAsTemporarilyIdle() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object getCheckpointLock() {
            return this;
        }

        @Override
        public void close() {}
    }
}
