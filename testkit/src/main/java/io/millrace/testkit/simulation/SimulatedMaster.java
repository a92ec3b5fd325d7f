package io.millrace.testkit.simulation;

import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.Outbox;
import io.millrace.runtime.control.ToClient;
import io.millrace.runtime.control.ToMaster;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.master.ContainerPort;
import io.millrace.runtime.master.JobMaster;
import io.millrace.runtime.master.JobObserver;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import io.millrace.runtime.master.JobStatus;
import io.millrace.runtime.master.MasterEvent;
import io.millrace.runtime.master.MasterEvent.Container;
import io.millrace.runtime.master.MasterPorts;
import io.millrace.runtime.master.MasterSettings;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.SubtaskMetrics;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** An application master's process: a real job master. */
final class SimulatedMaster implements SimulatedNetwork.End {
    private final SimulatedCluster cluster;
    private final Simulation simulation;
    private final Faults faults;
    private final int epoch;
    private final SimulatedProcess<MasterEvent> process;
    private final Outbox network;
    private final ContainerPort containers;

    /** Containers that it was told of and has not lost or given back. */
    private final Set<String> held = new HashSet<>();

    /**
     * Those of them that earlier masters have left: too many go back when it is known what runs.
     */
    private final Set<String> previous = new HashSet<>();

    private final Set<String> lost = new HashSet<>();
    private int asked;
    private boolean needKnown;

    SimulatedMaster(
            SimulatedCluster cluster,
            Simulation simulation,
            Faults faults,
            MasterSettings settings,
            ContainerPort containers) {
        this.cluster = cluster;
        this.simulation = simulation;
        this.faults = faults;
        this.epoch = settings.epoch();
        this.containers = containers;
        this.process = new SimulatedProcess<>(simulation, "master-" + epoch, this::afterEvent);
        this.network = cluster.network().outboxOf(this);
        JobMaster master =
                new JobMaster(
                        settings,
                        new MasterPorts(
                                process,
                                new Random(simulation.random().nextLong()),
                                process,
                                process,
                                new MasterOutbox(),
                                cluster.store().of(epoch),
                                cluster.jobFiles(),
                                cluster.checkpoints(),
                                new CountingPort(),
                                new Observer(),
                                new SimulatedCoordinators(simulation, process)));
        process.start(
                event -> {
                    account(event);
                    master.on(event);
                });
        process.put(new MasterEvent.Started());
    }

    int epoch() {
        return epoch;
    }

    String name() {
        return process.name();
    }

    SimulatedProcess<MasterEvent> process() {
        return process;
    }

    /** Whether it counts on a container: the cluster has told it of it, and it is not gone. */
    boolean holds(String containerId) {
        return held.contains(containerId);
    }

    int heldCount() {
        return held.size();
    }

    void granted(List<Container> granted) {
        process.put(new MasterEvent.ContainersGranted(granted));
    }

    void previous(List<Container> previous) {
        process.put(new MasterEvent.PreviousContainers(previous));
    }

    void completed(String containerId, String cause) {
        process.put(new MasterEvent.ContainerCompleted(containerId, cause));
    }

    /** Keeps its own books beside the master's. */
    private void account(MasterEvent event) {
        if (event instanceof MasterEvent.ContainersGranted granted) {
            for (Container container : granted.containers()) {
                if (!lost.contains(container.id()) && held.add(container.id())) {
                    asked = Math.max(0, asked - 1);
                }
            }
        } else if (event instanceof MasterEvent.PreviousContainers told) {
            for (Container container : told.containers()) {
                if (!lost.contains(container.id())) {
                    held.add(container.id());
                    previous.add(container.id());
                }
            }
        } else if (event instanceof MasterEvent.ContainerCompleted completed) {
            held.remove(completed.containerId());
            lost.add(completed.containerId());
        }
    }

    private void afterEvent() {
        if (needKnown && process.alive() && !process.paused()) {
            Set<String> own = new HashSet<>(held);
            own.removeAll(previous);
            cluster.checkContainers(this, own.size());
        }
        cluster.afterEvent();
    }

    @Override
    public boolean alive() {
        return process.alive();
    }

    /** The peer's id is proven by the handshake. */
    void connectedBy(String connection, String peer) {
        process.put(new MasterEvent.Connected(connection, peer));
    }

    @Override
    public void connected(String connection) {
        // with the peer's name, in connectedBy
    }

    @Override
    public void received(String connection, ControlMessage message) {
        process.put(new MasterEvent.Received(connection, message));
    }

    @Override
    public void disconnected(String connection, String cause) {
        process.put(new MasterEvent.Disconnected(connection, cause));
    }

    private final class MasterOutbox implements Outbox {
        @Override
        public void send(String connection, ControlMessage message) {
            if (message instanceof ToClient.Status status) {
                cluster.invariants().failureIs(status.status().failure());
            }
            network.send(connection, message);
            if (faults.breaker() == Faults.Breaker.NO_WAIT_FOR_CANCELLED
                    && message instanceof ToWorker.Cancel cancel) {
                process.put(
                        new MasterEvent.Received(
                                connection,
                                new ToMaster.TaskEnded(
                                        cancel.attempt(),
                                        new Generation(epoch, cancel.attempt().counter()),
                                        new SubtaskEnd.Canceled(),
                                        SubtaskMetrics.NONE)));
            }
        }

        @Override
        public void close(String connection, String reason) {
            network.close(connection, reason);
        }
    }

    /** Sees what the master asks for and gives back. */
    private final class CountingPort implements ContainerPort {
        @Override
        public void request(int more) {
            asked += more;
            cluster.checkContainers(SimulatedMaster.this, held.size() + asked);
            containers.request(more);
        }

        @Override
        public void withdraw(int fewer) {
            asked = Math.max(0, asked - fewer);
            containers.withdraw(fewer);
        }

        @Override
        public void release(String containerId) {
            simulation.tell(name(), "gives back " + containerId);
            held.remove(containerId);
            lost.add(containerId);
            containers.release(containerId);
        }
    }

    private final class Observer implements JobObserver {
        @Override
        public void recovered(JobGraph recorded) {
            if (recorded == null) {
                // the user's program runs
                simulation.between(
                        Duration.ofMillis(100),
                        Duration.ofSeconds(5),
                        () -> process.put(new MasterEvent.Submitted(cluster.graph())));
            }
        }

        @Override
        public void changed(JobStatus status) {
            simulation.tell(name(), "is " + status.state());
            if (status.state() == JobState.WAITING_FOR_WORKERS) {
                needKnown = true;
            }
            if (status.state() == JobState.RUNNING) {
                cluster.runs(SimulatedMaster.this);
            }
            cluster.invariants().failureIs(status.failure());
            if (status.state() == JobState.FAILING) {
                cluster.failing(status.restarts());
            }
        }

        @Override
        public void ended(JobResult result) {
            simulation.tell(name(), "ended: " + result.state() + " " + result.failure());
            cluster.applicationEnded(SimulatedMaster.this, result);
        }

        @Override
        public void fenced(String detail) {
            simulation.tell(name(), "is fenced: " + detail);
            cluster.exits(SimulatedMaster.this);
        }
    }
}
