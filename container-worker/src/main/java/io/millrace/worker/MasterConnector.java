package io.millrace.worker;

import io.millrace.hdfs.JobRecordReader;
import io.millrace.runtime.control.ControlCodec;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.loop.Inbox;
import io.millrace.runtime.network.ConnectionKind;
import io.millrace.runtime.network.ControlClient;
import io.millrace.runtime.network.ControlConnection;
import io.millrace.runtime.network.ControlListener;
import io.millrace.runtime.network.NamedConnections;
import io.millrace.runtime.network.Secret;
import io.millrace.runtime.worker.MasterLink;
import io.millrace.runtime.worker.WorkerEnvironment;
import io.millrace.runtime.worker.WorkerEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the application master: the first time where the container's environment says, afterwards
 * where the newest epoch's record says.
 *
 * <p>Threads: looks up on one thread of its own, as the file system may keep it waiting.
 */
final class MasterConnector implements MasterLink {
    private static final Logger LOG = LoggerFactory.getLogger(MasterConnector.class);
    private static final String ADDRESS = "address";

    private final String containerId;
    private final WorkerEnvironment environment;
    private final Secret secret;
    private final Callable<JobRecordReader> records;
    private final NamedConnections connections;
    private final Inbox<WorkerEvent> inbox;
    private final ControlClient client = new ControlClient();
    private final ExecutorService lookUp =
            Executors.newSingleThreadExecutor(
                    work -> {
                        Thread thread = new Thread(work, "master-look-up");
                        thread.setDaemon(true);
                        return thread;
                    });

    /** Whether the address of the environment was tried; look-up thread only. */
    private boolean firstTried;

    /** Null until one was reached. */
    private volatile Master reached;

    /** Null until it was opened; look-up thread only. */
    private JobRecordReader record;

    /** An address of an epoch, or null if there is none to be tried. */
    private record Master(int epoch, InetSocketAddress address) {}

    /**
     * A connector that has not connected yet.
     *
     * @param records opens the job record; called once, on the look-up thread
     */
    MasterConnector(
            String containerId,
            WorkerEnvironment environment,
            Secret secret,
            Callable<JobRecordReader> records,
            NamedConnections connections,
            Inbox<WorkerEvent> inbox) {
        this.containerId = containerId;
        this.environment = environment;
        this.secret = secret;
        this.records = records;
        this.connections = connections;
        this.inbox = inbox;
    }

    @Override
    public void connect(int minEpoch) {
        lookUp.execute(() -> tryOnce(minEpoch));
    }

    private void tryOnce(int minEpoch) {
        boolean first = !firstTried;
        Master master;
        try {
            master = master(minEpoch);
        } catch (Exception e) {
            notConnected("the job record could not be read: " + e.getMessage());
            return;
        }
        if (master == null) {
            notConnected(
                    "no application master of epoch "
                            + minEpoch
                            + " or later has said where it is");
            return;
        }
        client.connect(
                        master.address(),
                        ConnectionKind.CONTROL_WORKER,
                        containerId,
                        secret,
                        environment.applicationId(),
                        master.epoch(),
                        new ControlCodec(),
                        new Listener())
                .whenComplete(
                        (connection, failure) -> {
                            if (failure != null) {
                                notConnected(failure.getMessage());
                            } else {
                                reached = master;
                            }
                        });
        if (first) {
            // While the handshake is under way: the first connection does not need the file
            // system, which takes long to load, and the first subtask most often does.
            try {
                openRecord();
            } catch (Exception e) {
                LOG.warn("The job record cannot be read for now", e);
            }
        }
    }

    /** Connects once more to the master that was reached last, for records. */
    CompletableFuture<ControlConnection> connectForRecords(ControlListener listener) {
        Master master = reached;
        if (master == null) {
            return CompletableFuture.failedFuture(
                    new IOException("no application master was reached yet"));
        }
        return client.connect(
                master.address(),
                ConnectionKind.RECORDS,
                containerId,
                secret,
                environment.applicationId(),
                master.epoch(),
                new ControlCodec(),
                listener);
    }

    private JobRecordReader openRecord() throws Exception {
        if (record == null) {
            record = records.call();
        }
        return record;
    }

    private Master master(int minEpoch) throws Exception {
        if (!firstTried && environment.epoch() >= minEpoch) {
            firstTried = true;
            return new Master(
                    environment.epoch(),
                    new InetSocketAddress(environment.masterHost(), environment.masterPort()));
        }
        var newest = openRecord().readNewest(ADDRESS);
        if (newest.isEmpty() || newest.get().epoch() < minEpoch) {
            return null;
        }
        String text = new String(newest.get().content(), StandardCharsets.UTF_8).strip();
        int colon = text.lastIndexOf(':');
        return new Master(
                newest.get().epoch(),
                new InetSocketAddress(
                        text.substring(0, colon), Integer.parseInt(text.substring(colon + 1))));
    }

    private void notConnected(String cause) {
        LOG.debug("Not connected: {}", cause);
        inbox.put(new WorkerEvent.NotConnected(cause));
    }

    private final class Listener implements ControlListener {
        @Override
        public void connected(ControlConnection connection) {
            inbox.put(new WorkerEvent.Connected(connections.add(connection), connection.epoch()));
        }

        @Override
        public void received(ControlConnection connection, Object message) {
            String name = connections.nameOf(connection);
            if (name != null) {
                inbox.put(new WorkerEvent.Received(name, (ToWorker) message));
            }
        }

        @Override
        public void closed(ControlConnection connection, String cause) {
            String name = connections.remove(connection);
            if (name != null) {
                inbox.put(new WorkerEvent.Disconnected(name, cause));
            }
        }
    }
}
