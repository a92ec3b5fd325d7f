package io.millrace.testkit.simulation;

import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.Outbox;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.worker.TaskManager;
import io.millrace.runtime.worker.WorkerAddress;
import io.millrace.runtime.worker.WorkerEvent;
import io.millrace.runtime.worker.WorkerPorts;
import io.millrace.runtime.worker.WorkerSettings;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** A worker's process: a real task manager with simulated subtasks. */
final class SimulatedWorker implements SimulatedNetwork.End {
    private final SimulatedCluster cluster;
    private final Faults faults;
    private final String id;
    private final SimulatedProcess<WorkerEvent> process;
    private final Outbox network;
    private int reportedEpoch;

    /** The newest epoch whose master it has found on record. */
    private int foundEpoch;

    private String newestConnection;

    SimulatedWorker(
            SimulatedCluster cluster, Simulation simulation, Faults faults, String id, int slots) {
        this.cluster = cluster;
        this.faults = faults;
        this.id = id;
        this.process = new SimulatedProcess<>(simulation, id, cluster::afterEvent);
        this.network = cluster.network().outboxOf(this);
        TaskManager taskManager =
                new TaskManager(
                        new WorkerSettings(
                                new WorkerAddress(id, "host-" + id, 1),
                                slots,
                                faults.lease(),
                                Duration.ofSeconds(5),
                                new ToMaster.WorkerStart(1, 2, 0)),
                        new WorkerPorts(
                                process,
                                new Random(simulation.random().nextLong()),
                                process,
                                process,
                                new WorkerOutbox(),
                                minEpoch -> cluster.connect(this),
                                (deployment, listener) ->
                                        cluster.startTask(this, deployment, listener),
                                cluster.checkpoints(),
                                reason -> cluster.workerLeft(this, reason)));
        process.start(taskManager::on);
        process.put(new WorkerEvent.Started());
    }

    String id() {
        return id;
    }

    String name() {
        return id;
    }

    SimulatedProcess<WorkerEvent> process() {
        return process;
    }

    /** The newest epoch in a report that it has sent. */
    int reportedEpoch() {
        return reportedEpoch;
    }

    /**
     * Takes note of the master's address that it has found on record.
     *
     * @return the newest epoch that it has found so far
     */
    int finds(int epoch) {
        foundEpoch = Math.max(foundEpoch, epoch);
        return foundEpoch;
    }

    void notConnected(String cause) {
        process.put(new WorkerEvent.NotConnected(cause));
    }

    @Override
    public boolean alive() {
        return process.alive();
    }

    @Override
    public void connected(String connection) {
        newestConnection = connection;
        process.put(new WorkerEvent.Connected(connection, cluster.epochOf(connection)));
    }

    @Override
    public void received(String connection, ControlMessage message) {
        if (faults.breaker() == Faults.Breaker.NO_EPOCH_CHECK) {
            process.put(new WorkerEvent.Received(newestConnection, withoutEpoch(message)));
            return;
        }
        ToWorker heard =
                message instanceof ToWorker.OperatorEvent event
                        ? cluster.received(event)
                        : (ToWorker) message;
        process.put(new WorkerEvent.Received(connection, heard));
    }

    @Override
    public void disconnected(String connection, String cause) {
        process.put(new WorkerEvent.Disconnected(connection, cause));
    }

    /** As if every master were the newest. */
    private ToWorker withoutEpoch(ControlMessage message) {
        int newest = cluster.epochOf(newestConnection);
        if (message instanceof ToWorker.Deploy deploy) {
            return new ToWorker.Deploy(newest, deploy.slot(), deploy.deployment());
        } else if (message instanceof ToWorker.Cancel cancel) {
            return new ToWorker.Cancel(newest, cancel.attempt());
        } else if (message instanceof ToWorker.EndKnown known) {
            return new ToWorker.EndKnown(newest, known.attempt());
        } else if (message instanceof ToWorker.Adopt adopt) {
            return new ToWorker.Adopt(newest, adopt.attempts(), adopt.checkpointId());
        } else if (message instanceof ToWorker.Leave leave) {
            return new ToWorker.Leave(newest, leave.reason());
        }
        return (ToWorker) message;
    }

    /** Remembers what the worker has promised; lets rules be broken. */
    private final class WorkerOutbox implements Outbox {
        @Override
        public void send(String connection, ControlMessage message) {
            ControlMessage sent = message;
            if (message instanceof ToMaster.Report report) {
                reportedEpoch = Math.max(reportedEpoch, report.epoch());
                if (faults.breaker() == Faults.Breaker.NO_KEPT_ENDS) {
                    sent =
                            new ToMaster.Report(
                                    report.address(),
                                    report.link(),
                                    report.epoch(),
                                    report.slots(),
                                    report.start(),
                                    report.tasks(),
                                    List.of(),
                                    report.highestSeen());
                }
            }
            network.send(connection, sent);
        }

        @Override
        public void close(String connection, String reason) {
            if (faults.breaker() != Faults.Breaker.NO_EPOCH_CHECK) {
                network.close(connection, reason);
            }
        }
    }
}
