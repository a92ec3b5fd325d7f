package io.millrace.runtime.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.type.Types;
import io.millrace.runtime.control.ControlCodec;
import io.millrace.runtime.control.RecordsMessage.Records;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.network.ConnectionKind;
import io.millrace.runtime.network.ControlClient;
import io.millrace.runtime.network.ControlConnection;
import io.millrace.runtime.network.ControlListener;
import io.millrace.runtime.network.ControlServer;
import io.millrace.runtime.network.Secret;
import io.millrace.runtime.program.CollectedRecords.Writer;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.serializer.Serializers;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Records of subtasks in one process, taken by a program in another one's place, over sockets. */
@Timeout(60)
class RecordsOverNetworkTest {
    private static final Secret SECRET = Secret.random();
    private static final int MANY = 20_000;

    private final RecordsReceiver receiver = new RecordsReceiver(serializer());
    private final ToReceiver program = new ToReceiver();
    private final ControlServer server =
            new ControlServer("127.0.0.1", SECRET, "app", 1, new ControlCodec(), program);
    private final ControlClient client = new ControlClient();
    private final RecordsSender sender = new RecordsSender(this::connect);

    @SuppressWarnings("unchecked") // values of the type are all the serializer ever sees
    private static TypeSerializer<Object> serializer() {
        return (TypeSerializer<Object>)
                (TypeSerializer<?>)
                        Serializers.compile(
                                Types.STRING,
                                new JobClasses(RecordsOverNetworkTest.class.getClassLoader()));
    }

    private CompletableFuture<ControlConnection> connect(ControlListener listener) {
        return client.connect(
                new InetSocketAddress("127.0.0.1", server.port()),
                ConnectionKind.RECORDS,
                "worker-1",
                SECRET,
                "app",
                1,
                new ControlCodec(),
                listener);
    }

    private final class ToReceiver implements ControlListener {
        private final CompletableFuture<ControlConnection> worker = new CompletableFuture<>();

        @Override
        public void connected(ControlConnection connection) {
            worker.complete(connection);
        }

        @Override
        public void received(ControlConnection connection, Object message) {
            receiver.received(connection, (Records) message);
        }

        @Override
        public void closed(ControlConnection connection, String cause) {}
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private static AttemptId attempt(int subtask) {
        return new AttemptId("a".repeat(32), 0, subtask, 1, 1);
    }

    /** Writes numbered records of a subtask, and ends when all are safe. */
    private CompletableFuture<Void> subtask(int subtask, int count) {
        return CompletableFuture.runAsync(
                () -> {
                    try (Writer writer = sender.open(attempt(subtask), serializer())) {
                        for (int i = 0; i < count; i++) {
                            writer.write(subtask + ":" + i);
                        }
                        writer.finish();
                    } catch (IOException | InterruptedException e) {
                        throw new IllegalStateException(e.getMessage(), e);
                    }
                },
                command -> new Thread(command, "subtask-" + subtask).start());
    }

    @Test
    void shouldBringTheRecordsOfEachSubtaskInTheirOrder() throws Exception {
        CompletableFuture<Void> both =
                CompletableFuture.allOf(subtask(0, MANY), subtask(1, MANY))
                        .whenComplete((done, failure) -> receiver.end());
        List<List<Object>> taken = List.of(new ArrayList<>(), new ArrayList<>());
        for (Object record = receiver.take(); record != null; record = receiver.take()) {
            taken.get(record.toString().charAt(0) - '0').add(record);
        }
        both.get();

        for (int subtask = 0; subtask < 2; subtask++) {
            assertThat(taken.get(subtask)).hasSize(MANY);
            for (int i = 0; i < MANY; i++) {
                assertThat(taken.get(subtask).get(i)).isEqualTo(subtask + ":" + i);
            }
        }
    }

    @Test
    void shouldNotEndASubtaskBeforeTheProgramHasBegunWithItsLastRecords() throws Exception {
        CompletableFuture<Void> one = subtask(0, 1);
        program.worker.get();
        assertThat(one).isNotDone();

        assertThat(receiver.take()).isEqualTo("0:0");
        one.get();
    }

    @Test
    void shouldLetSubtasksGoOnWhenTheProgramWantsNoMore() throws Exception {
        CompletableFuture<Void> one = subtask(0, MANY);
        assertThat(receiver.take()).isEqualTo("0:0");

        receiver.dropAll();

        one.get();
        assertThat(receiver.take()).isNull();
    }

    @Test
    void shouldFailSubtasksWhoseProgramIsGone() throws Exception {
        CompletableFuture<Void> one = subtask(0, MANY);
        assertThat(receiver.take()).isEqualTo("0:0");

        program.worker.get().close("its main is over");

        assertThatThrownBy(one::get)
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("the program that called executeAndCollect")
                .hasMessageContaining("its main is over");
    }

    @Test
    void shouldFailSubtasksThatCannotReachTheProgram() {
        server.close();

        assertThatThrownBy(() -> sender.open(attempt(0), serializer()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the program was not reached");
    }
}
