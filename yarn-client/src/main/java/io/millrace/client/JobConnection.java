package io.millrace.client;

import io.millrace.runtime.control.ControlCodec;
import io.millrace.runtime.control.FromClient;
import io.millrace.runtime.control.ToClient;
import io.millrace.runtime.master.JobStatus;
import io.millrace.runtime.network.ConnectionKind;
import io.millrace.runtime.network.ControlClient;
import io.millrace.runtime.network.ControlConnection;
import io.millrace.runtime.network.ControlListener;
import io.millrace.runtime.network.Secret;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The launcher's connection to an application master.
 *
 * <p>Threads: one, besides the network's.
 */
final class JobConnection implements ControlListener, AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final int QUEUE = 4096;

    private final ControlClient client;
    private final LinkedBlockingQueue<ToClient> received = new LinkedBlockingQueue<>(QUEUE);
    private volatile String closedBecause;
    private ControlConnection connection;

    private JobConnection(ControlClient client) {
        this.client = client;
    }

    /** Tries once. */
    static JobConnection open(InetSocketAddress address, String applicationId, Secret secret)
            throws IOException, InterruptedException {
        JobConnection opened = new JobConnection(new ControlClient());
        try {
            opened.connection =
                    opened.client
                            .connect(
                                    address,
                                    ConnectionKind.CONTROL_CLIENT,
                                    "client-" + UUID.randomUUID(),
                                    secret,
                                    applicationId,
                                    ControlClient.ANY_EPOCH,
                                    new ControlCodec(),
                                    opened)
                            .get(CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            return opened;
        } catch (ExecutionException | TimeoutException e) {
            opened.close();
            throw new IOException("The application master at " + address + " was not reached", e);
        } catch (InterruptedException e) {
            opened.close();
            throw e;
        }
    }

    @Override
    public void connected(ControlConnection made) {
        // The caller of connect gets it as well.
    }

    @Override
    public void received(ControlConnection from, Object message) {
        // A launcher that does not keep up misses a status, which the next one makes up for.
        if (message instanceof ToClient answer && !received.offer(answer)) {
            received.poll();
        }
    }

    @Override
    public void closed(ControlConnection ended, String cause) {
        closedBecause = cause;
    }

    boolean isOpen() {
        return closedBecause == null;
    }

    /** Asks how the job is; the answer comes with {@link #awaitStatus}. */
    void askStatus() {
        connection.send(new FromClient.GetStatus(UUID.randomUUID().toString(), ""));
    }

    /** The next status that was asked for or that a change has brought; null if none came. */
    JobStatus awaitStatus(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (isOpen() || !received.isEmpty()) {
            long left = deadline - System.nanoTime();
            ToClient answer =
                    received.poll(
                            Math.min(left, TimeUnit.MILLISECONDS.toNanos(200)),
                            TimeUnit.NANOSECONDS);
            if (answer instanceof ToClient.Status status) {
                return status.status();
            } else if (answer == null && left <= 0) {
                return null;
            }
        }
        return null;
    }

    /** Asks for the job's end; null if no answer came. */
    ToClient.CancelReply cancel(Duration atMost) throws InterruptedException {
        String request = UUID.randomUUID().toString();
        connection.send(new FromClient.CancelJob(request, ""));
        long deadline = System.nanoTime() + atMost.toNanos();
        while (System.nanoTime() < deadline && (isOpen() || !received.isEmpty())) {
            ToClient answer = received.poll(200, TimeUnit.MILLISECONDS);
            if (answer instanceof ToClient.CancelReply reply && reply.request().equals(request)) {
                return reply;
            }
        }
        return null;
    }

    /** Asks for something under a request's id; may be asked again on another connection. */
    void send(FromClient request) {
        connection.send(request);
    }

    /**
     * Sends a request for a savepoint and waits until the application master has it: what is asked
     * behind it is answered behind it.
     *
     * @return what has come of it by then, with neither path nor failure if that is nothing yet;
     *     null if the connection is gone
     */
    ToClient.SavepointEnded handOver(FromClient request) throws InterruptedException {
        FromClient behind = new FromClient.GetStatus(UUID.randomUUID().toString(), "");
        connection.send(request);
        connection.send(behind);
        while (isOpen() || !received.isEmpty()) {
            ToClient answer = received.poll(200, TimeUnit.MILLISECONDS);
            if (answer instanceof ToClient.SavepointEnded ended
                    && ended.request().equals(request.request())) {
                return ended;
            } else if (answer instanceof ToClient.Status status
                    && status.request().equals(behind.request())) {
                return new ToClient.SavepointEnded(request.request(), "", "");
            }
        }
        return null;
    }

    /**
     * Waits for the answer to a savepoint's request.
     *
     * @param statuses takes those that come meanwhile
     * @return null if none has come in time, or the connection is gone
     */
    ToClient.SavepointEnded awaitSavepoint(
            String request, Duration atMost, Consumer<JobStatus> statuses)
            throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (System.nanoTime() < deadline && (isOpen() || !received.isEmpty())) {
            ToClient answer = received.poll(200, TimeUnit.MILLISECONDS);
            if (answer instanceof ToClient.SavepointEnded ended
                    && ended.request().equals(request)) {
                return ended;
            } else if (answer instanceof ToClient.Status status) {
                statuses.accept(status.status());
            }
        }
        return null;
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.close("the launcher has what it wanted");
        }
        client.close();
    }
}
