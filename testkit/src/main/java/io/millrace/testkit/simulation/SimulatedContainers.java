package io.millrace.testkit.simulation;

import io.millrace.runtime.master.ContainerPort;
import io.millrace.runtime.master.MasterEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Grants containers to one application as a resource manager does: late, in excess, told twice;
 * keeps them over attempts and tells the next one of most of them at first.
 */
final class SimulatedContainers {
    private final Simulation simulation;
    private final Faults faults;
    private final SimulatedCluster cluster;
    private final Map<String, Container> containers = new LinkedHashMap<>();
    private int attempt;
    private int pending;
    private int made;

    SimulatedContainers(Simulation simulation, Faults faults, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.faults = faults;
        this.cluster = cluster;
    }

    private static final class Container {
        private final String id;
        private SimulatedWorker worker;
        private boolean killed;
        private boolean completed;

        Container(String id) {
            this.id = id;
        }

        MasterEvent.Container told() {
            return new MasterEvent.Container(id, "host-" + id);
        }
    }

    /** A new attempt begins: pending requests and containers that do not run yet are dropped. */
    void attemptBegins(int newAttempt) {
        attempt = newAttempt;
        pending = 0;
        List<MasterEvent.Container> atOnce = new ArrayList<>();
        List<MasterEvent.Container> later = new ArrayList<>();
        for (Container container : containers.values()) {
            if (!container.completed && container.worker == null) {
                container.completed = true;
            } else if (!container.completed) {
                (!faults.stopped() && simulation.chance(0.2) ? later : atOnce)
                        .add(container.told());
            }
        }
        if (atOnce.isEmpty()) {
            // a list without any is believed
            atOnce.addAll(later);
            later.clear();
        }
        tellPrevious(atOnce);
        for (MasterEvent.Container container : later) {
            simulation.between(
                    Duration.ofMillis(100),
                    Duration.ofSeconds(10),
                    () -> tellPrevious(List.of(container)));
        }
    }

    private void tellPrevious(List<MasterEvent.Container> told) {
        List<MasterEvent.Container> alive = new ArrayList<>();
        for (MasterEvent.Container container : told) {
            if (!containers.get(container.id()).completed) {
                alive.add(container);
            }
        }
        if (cluster.current() != null) {
            cluster.current().previous(alive);
        }
    }

    ContainerPort portOf(int ownAttempt) {
        return new ContainerPort() {
            @Override
            public void request(int more) {
                if (ownAttempt != attempt) {
                    return;
                }
                pending += more;
                for (int i = 0; i < more; i++) {
                    boolean late = !faults.stopped() && simulation.chance(0.1);
                    simulation.between(
                            Duration.ofMillis(100),
                            late ? Duration.ofSeconds(40) : Duration.ofSeconds(4),
                            () -> grant(ownAttempt));
                }
            }

            @Override
            public void withdraw(int fewer) {
                if (ownAttempt == attempt) {
                    pending = Math.max(0, pending - fewer);
                }
            }

            @Override
            public void release(String containerId) {
                Container container = containers.get(containerId);
                if (ownAttempt == attempt && container != null) {
                    simulation.between(
                            Duration.ofMillis(10),
                            Duration.ofSeconds(2),
                            () -> kill(container, "released by the application"));
                }
            }
        };
    }

    private void grant(int forAttempt) {
        if (forAttempt != attempt || pending == 0 || cluster.current() == null) {
            return;
        }
        pending--;
        boolean excess = !faults.stopped() && simulation.chance(0.1);
        for (int i = 0; i < (excess ? 2 : 1); i++) {
            Container container = new Container(String.format("c%03d", ++made));
            containers.put(container.id, container);
            cluster.current().granted(List.of(container.told()));
            if (!faults.stopped() && simulation.chance(0.1)) {
                cluster.current().granted(List.of(container.told()));
            }
            simulation.between(
                    Duration.ofMillis(300), Duration.ofSeconds(4), () -> launch(container));
        }
    }

    private void launch(Container container) {
        if (container.killed || container.completed) {
            return;
        }
        if (simulation.chance(faults.startFailure())) {
            if (simulation.chance(0.7)) {
                completed(container, "exit status 1: no main class");
            }
            return; // else it hangs
        }
        container.worker = cluster.startWorker(container.id);
    }

    /** The worker's process ends by itself. */
    void exited(SimulatedWorker worker, String cause) {
        Container container = containers.get(worker.id());
        simulation.between(
                Duration.ofMillis(100), Duration.ofSeconds(3), () -> completed(container, cause));
    }

    private void kill(Container container, String cause) {
        container.killed = true;
        if (container.worker != null && container.worker.alive()) {
            cluster.killed(container.worker, cause);
        }
        simulation.between(
                Duration.ofMillis(10), Duration.ofSeconds(2), () -> completed(container, cause));
    }

    /** A container of whose worker is said that it is gone, while it lives on for a while. */
    void loseNode(SimulatedWorker worker) {
        Container container = containers.get(worker.id());
        completed(container, "its node is lost");
        simulation.between(
                Duration.ofSeconds(1), Duration.ofSeconds(40), () -> kill(container, "too late"));
    }

    private void completed(Container container, String cause) {
        if (!container.completed) {
            container.completed = true;
            if (cluster.current() != null) {
                cluster.current().completed(container.id, cause);
            }
        }
    }

    /** The application has unregistered: whatever is left is killed. */
    void applicationEnded() {
        pending = 0;
        for (Container container : containers.values()) {
            if (!container.completed) {
                kill(container, "the application has ended");
            }
        }
    }
}
