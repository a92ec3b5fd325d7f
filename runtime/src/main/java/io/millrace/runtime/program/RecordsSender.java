package io.millrace.runtime.program;

import io.millrace.runtime.control.RecordsMessage;
import io.millrace.runtime.control.RecordsMessage.Records;
import io.millrace.runtime.control.RecordsMessage.Taken;
import io.millrace.runtime.network.ControlConnection;
import io.millrace.runtime.network.ControlListener;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A worker's end: sends records over one connection to the process of the program.
 *
 * <p>Each subtask has one message on its way; what it writes meanwhile waits, up to {@value
 * #PENDING_BYTES} bytes, and goes when the program has begun with the one before. So a slow stream
 * is not kept back, and a fast one travels in batches.
 *
 * <p>Threads: guarded by this object; subtasks wait on it.
 *
 * <p>Errors: nothing is sent twice; with the connection all of its subtasks fail.
 */
public final class RecordsSender implements CollectedRecords {
    private static final int PENDING_BYTES = 32 << 10;

    private final Connector connector;
    private final Map<AttemptId, SendingWriter> writers = new HashMap<>();
    private ControlConnection connection;
    private CompletableFuture<ControlConnection> connecting;

    /** Reaches the application master that the worker obeys. */
    @FunctionalInterface
    public interface Connector {
        /** Tries once; the listener hears of the connection's life. */
        CompletableFuture<ControlConnection> connect(ControlListener listener);
    }

    public RecordsSender(Connector connector) {
        this.connector = connector;
    }

    @Override
    public Writer open(AttemptId attempt, TypeSerializer<Object> serializer)
            throws IOException, InterruptedException {
        CompletableFuture<ControlConnection> made;
        synchronized (this) {
            if (connecting == null) {
                connecting = connector.connect(new Listener());
            }
            made = connecting;
        }
        ControlConnection reached;
        try {
            reached = made.get();
        } catch (ExecutionException e) {
            synchronized (this) {
                connecting = null;
            }
            throw new IOException(
                    "the program was not reached to give it records: " + e.getCause().getMessage(),
                    e.getCause());
        }
        synchronized (this) {
            if (connecting != made) {
                throw new IOException(
                        "the connection that brings records to the program was lost at once");
            }
            connection = reached;
            SendingWriter writer = new SendingWriter(attempt, serializer);
            writers.put(attempt, writer);
            return writer;
        }
    }

    /** One subtask's; its fields are guarded by the sender, but for {@code scratch}. */
    private final class SendingWriter implements Writer {
        private final AttemptId attempt;
        private final TypeSerializer<Object> serializer;

        /** The record that is being written; the subtask's, as its class may be the user's. */
        private final RecordOutput scratch = new RecordOutput(256);

        private final RecordOutput pending = new RecordOutput(PENDING_BYTES);
        private int pendingRecords;
        private boolean underWay;
        private String broken;

        SendingWriter(AttemptId attempt, TypeSerializer<Object> serializer) {
            this.attempt = attempt;
            this.serializer = serializer;
        }

        @Override
        public void write(Object record) throws IOException, InterruptedException {
            scratch.truncate(0);
            serializer.serialize(record, scratch);
            synchronized (RecordsSender.this) {
                while (pending.length() >= PENDING_BYTES && broken == null) {
                    RecordsSender.this.wait();
                }
                check();
                pending.write(scratch.bytes(), 0, scratch.length());
                pendingRecords++;
                send();
            }
        }

        @Override
        public void finish() throws IOException, InterruptedException {
            synchronized (RecordsSender.this) {
                while ((underWay || pendingRecords > 0) && broken == null) {
                    RecordsSender.this.wait();
                }
                check();
            }
        }

        private void check() throws IOException {
            if (broken != null) {
                throw new IOException(
                        "the program that called executeAndCollect does not get the job's records"
                                + " any more: "
                                + broken);
            }
        }

        private void send() {
            if (!underWay && pendingRecords > 0 && broken == null) {
                underWay = true;
                byte[] bytes = Arrays.copyOf(pending.bytes(), pending.length());
                connection.send(new Records(attempt, pendingRecords, bytes));
                pending.truncate(0);
                pendingRecords = 0;
            }
        }

        @Override
        public void close() {
            synchronized (RecordsSender.this) {
                writers.remove(attempt, this);
            }
        }
    }

    private final class Listener implements ControlListener {
        @Override
        public void connected(ControlConnection made) {
            // open() waits for it
        }

        @Override
        public void received(ControlConnection from, Object message) {
            if ((RecordsMessage) message instanceof Taken taken) {
                synchronized (RecordsSender.this) {
                    SendingWriter writer = writers.get(taken.attempt());
                    if (writer != null) {
                        writer.underWay = false;
                        writer.send();
                        RecordsSender.this.notifyAll();
                    }
                }
            }
        }

        @Override
        public void closed(ControlConnection ended, String cause) {
            synchronized (RecordsSender.this) {
                connecting = null;
                connection = null;
                for (SendingWriter writer : writers.values()) {
                    writer.broken = cause;
                }
                RecordsSender.this.notifyAll();
            }
        }
    }
}
