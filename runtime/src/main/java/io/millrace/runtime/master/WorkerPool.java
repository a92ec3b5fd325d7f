package io.millrace.runtime.master;

import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.control.ToMaster.Report;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.master.MasterEvent.Container;
import io.millrace.runtime.master.MasterEvent.Continued;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of an application master: their connections, signs of life, and containers.
 *
 * <p>Knows nothing of jobs but whether a worker is busy: whoever owns jobs listens.
 *
 * <p>Threads: owned by the master's loop.
 */
final class WorkerPool {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);
    private static final Duration TICK = Duration.ofSeconds(1);

    /** Hears what becomes of workers. */
    interface Listener {

        /** A worker has said all there is to know about it; what comes next builds on it. */
        void reported(Worker worker, Report report);

        /** A worker is gone or given up: nothing that ran on it counts any more. */
        void lost(Worker worker, Failure failure);

        /** No more workers come. */
        void unavailable(Failure failure);

        /** Some time has passed, and with it a deadline, maybe. */
        void ticked();
    }

    private final MasterSettings settings;
    private final MasterPorts ports;
    private final Timeline timeline;
    private final Listener listener;
    private final ContainerLedger ledger;
    private final Map<String, Worker> workers = new LinkedHashMap<>();
    private final Map<String, Worker> byConnection = new LinkedHashMap<>();
    private long loops;
    private long lastTickNanos;
    private long lastBeatNanos;
    private Runnable onClosed;

    WorkerPool(
            MasterSettings settings,
            MasterPorts ports,
            Timeline timeline,
            Predicate<String> busy,
            Listener listener) {
        this.settings = settings;
        this.ports = ports;
        this.timeline = timeline;
        this.listener = listener;
        this.ledger = new ContainerLedger(new LeavingPort(), settings, busy);
    }

    /** Begins to watch. */
    void start() {
        lastTickNanos = ports.clock().nanoTime();
        lastBeatNanos = lastTickNanos;
        ledger.start(lastTickNanos);
        scheduleTick();
    }

    /** Workers of earlier attempts can find this master. */
    void reachable() {
        ledger.reachable(ports.clock().nanoTime());
    }

    /** How many workers are needed from now on. */
    void need(int count) {
        ledger.need(count);
    }

    /** From now on no worker is replaced. */
    void askNoMore() {
        ledger.askNoMore();
    }

    ContainerLedger ledger() {
        return ledger;
    }

    /** What keeps workers away, in words. */
    String waitingFor() {
        List<String> parts = new ArrayList<>();
        int asked = ledger.asked();
        int earlier = ledger.awaitedOfEarlierAttempts();
        int starting = ledger.needed() - workers.size() - asked - earlier;
        if (asked > 0) {
            String scarcity = ports.containers().scarcity();
            parts.add(
                    asked
                            + (asked == 1 ? " container" : " containers")
                            + " to be granted"
                            + (scarcity.isEmpty() ? "" : " (" + scarcity + ")"));
        }
        if (starting > 0) {
            parts.add(
                    count(starting)
                            + " to start in "
                            + (starting == 1 ? "its container" : "their containers"));
        }
        if (earlier > 0) {
            parts.add(count(earlier) + " of an earlier attempt to come back");
        }
        return parts.isEmpty() ? "the workers' slots" : String.join(", ", parts);
    }

    private static String count(int workers) {
        return workers + (workers == 1 ? " worker" : " workers");
    }

    Collection<Worker> workers() {
        return workers.values();
    }

    /** A worker that has reported and was not lost, or null. */
    Worker find(String workerId) {
        return workers.get(workerId);
    }

    /** The worker at the other end of a connection, or null. */
    Worker ofConnection(String connection) {
        return byConnection.get(connection);
    }

    /** Sends if it is connected; what is missed is made good after its next report. */
    void send(Worker worker, ToWorker message) {
        if (worker.connection() != null) {
            ports.outbox().send(worker.connection(), message);
        }
    }

    void granted(List<Container> containers) {
        for (Container kept : ledger.granted(containers, ports.clock().nanoTime())) {
            timeline.note("container granted", kept.id());
        }
    }

    void previous(List<Container> containers) {
        ledger.previous(containers, ports.clock().nanoTime());
    }

    void completed(String containerId, String cause) {
        Optional<Failure> failure = ledger.completed(containerId, cause, ports.clock().nanoTime());
        Worker worker = workers.get(containerId);
        if (worker != null) {
            send(worker, leave("its container is completed: " + cause));
            forget(worker);
            tellLost(worker, cause);
        }
        failure.ifPresent(listener::unavailable);
        checkClosed();
    }

    /** The first message of a connection of a worker. */
    void reported(String connection, String peer, Report report) {
        String id = report.address().workerId();
        if (!id.equals(peer)) {
            ports.outbox().close(connection, peer + " calls itself " + id);
            return;
        }
        long now = ports.clock().nanoTime();
        if (onClosed != null || !ledger.reported(id, now)) {
            ports.outbox().send(connection, leave("its container is not needed any more"));
            return;
        }
        Worker worker = workers.get(id);
        if (worker != null && connection.equals(worker.connection())) {
            return; // the same again
        }
        if (worker != null && report.link() <= worker.link()) {
            ports.outbox().close(connection, "a newer connection of " + id + " is there");
            return;
        }
        if (worker == null) {
            worker = new Worker(report.address(), report.slots());
            workers.put(id, worker);
            timeline.noteAt("worker process started", id, report.start().processMillis());
            timeline.noteAt("worker main entered", id, report.start().mainMillis());
            timeline.noteAt("worker connected", id, report.start().connectedMillis());
            timeline.note("worker registered", id);
            LOG.info("Worker {} has reported, with {} slots", report.address(), report.slots());
        } else if (worker.connection() != null) {
            byConnection.remove(worker.connection());
            ports.outbox().close(worker.connection(), "a newer connection is there");
        }
        worker.connected(connection, report.link());
        worker.heard(now);
        byConnection.put(connection, worker);
        send(
                worker,
                new ToWorker.Welcome(
                        settings.epoch(),
                        report.link(),
                        Math.min(TICK.toMillis(), settings.heartbeatInterval().toMillis()),
                        settings.heartbeatTimeout().toMillis()));
        listener.reported(worker, report);
    }

    /** Any message of a worker is a sign of life. */
    void heard(Worker worker) {
        worker.heard(ports.clock().nanoTime());
    }

    void disconnected(String connection, String cause) {
        Worker worker = byConnection.remove(connection);
        if (worker != null) {
            worker.disconnected();
            LOG.info(
                    "Worker {} is not connected any more ({}); it has {} s to come back"
                            + " (heartbeat.timeout)",
                    worker.id(),
                    cause,
                    settings.heartbeatTimeout().toSeconds());
        }
    }

    /** A worker ends by its own will. */
    void left(Worker worker, String reason) {
        if (onClosed == null) {
            giveUp(worker, "it left: " + reason);
        } else {
            forget(worker);
            checkClosed();
        }
    }

    /** Gives a worker up: told to leave, its container returned and replaced. */
    void giveUp(Worker worker, String cause) {
        if (workers.get(worker.id()) != worker) {
            return;
        }
        send(worker, leave("it was given up: " + cause));
        forget(worker);
        ledger.giveBack(worker.id());
        tellLost(worker, cause);
    }

    private void tellLost(Worker worker, String cause) {
        if (onClosed != null) {
            return;
        }
        LOG.warn("Worker {} is lost: {}", worker.id(), cause);
        listener.lost(
                worker,
                Failure.of(
                        Category.CLUSTER,
                        "Worker " + worker.id() + " on " + worker.address().host(),
                        cause));
    }

    private void forget(Worker worker) {
        workers.remove(worker.id());
        if (worker.connection() != null) {
            byConnection.remove(worker.connection());
        }
    }

    private ToWorker.Leave leave(String reason) {
        return new ToWorker.Leave(settings.epoch(), reason);
    }

    /**
     * Tells all workers to leave, returns all containers.
     *
     * @param done called when that is so, or its time is over
     */
    void close(Runnable done) {
        onClosed = done;
        ledger.askNoMore();
        for (Worker worker : List.copyOf(workers.values())) {
            send(worker, leave("the job has ended"));
            if (worker.connection() == null) {
                forget(worker);
            }
        }
        ports.timers()
                .schedule(
                        settings.leaveTimeout(),
                        new Continued("end of the wait for leaving workers", this::finishClose));
        checkClosed();
    }

    private void checkClosed() {
        if (onClosed != null && workers.isEmpty()) {
            finishClose();
        }
    }

    private void finishClose() {
        Runnable done = onClosed;
        if (done == null) {
            return;
        }
        onClosed = () -> {};
        ledger.close();
        done.run();
    }

    private void scheduleTick() {
        ports.timers().schedule(TICK, new Continued("tick", this::tick));
    }

    /**
     * Whether all that earlier attempts have left has reported or is past its deadline. After a
     * standstill of this master it is not: whatever event comes first, the others wait behind it.
     */
    boolean isPreviousSettled() {
        long now = ports.clock().nanoTime();
        noticeStandstill(now);
        return ledger.isPreviousSettled(now);
    }

    private void noticeStandstill(long now) {
        if (now - lastTickNanos > settings.heartbeatTimeout().toNanos() / 2) {
            // What the workers have sent meanwhile waits in the queue: who was away was the master.
            LOG.warn("The master stood still; its workers get their time-out anew");
            lastTickNanos = now;
            workers.values().forEach(worker -> worker.heard(now));
            ledger.stoodStill(now);
        }
    }

    private void tick() {
        long now = ports.clock().nanoTime();
        loops++;
        noticeStandstill(now);
        lastTickNanos = now;
        for (Worker worker : List.copyOf(workers.values())) {
            if (now - worker.heardNanos() > settings.heartbeatTimeout().toNanos()) {
                giveUp(
                        worker,
                        "it was silent for "
                                + settings.heartbeatTimeout().toSeconds()
                                + " s (heartbeat.timeout)");
            }
        }
        if (now - lastBeatNanos >= settings.heartbeatInterval().toNanos()) {
            lastBeatNanos = now;
            for (Worker worker : workers.values()) {
                send(worker, new ToWorker.MasterBeat(settings.epoch(), loops));
            }
        }
        Map<Worker, String> expired = new LinkedHashMap<>();
        ledger.tick(
                        now,
                        (id, cause) -> {
                            LOG.warn("Container {} goes back: {}", id, cause);
                            if (workers.containsKey(id)) {
                                expired.put(workers.get(id), cause);
                            }
                        })
                .ifPresent(listener::unavailable);
        // what an earlier attempt had started there is not to be waited for
        expired.forEach(this::tellLost);
        listener.ticked();
        scheduleTick();
    }

    /** A container that goes back takes its worker along. */
    private final class LeavingPort implements ContainerPort {
        @Override
        public void request(int more) {
            timeline.note("containers asked", Integer.toString(more));
            ports.containers().request(more);
        }

        @Override
        public void withdraw(int fewer) {
            ports.containers().withdraw(fewer);
        }

        @Override
        public void release(String containerId) {
            Worker worker = workers.get(containerId);
            if (worker != null) {
                ControlMessage leave = leave("its container goes back");
                if (worker.connection() != null) {
                    ports.outbox().send(worker.connection(), leave);
                }
                forget(worker);
            }
            ports.containers().release(containerId);
        }

        @Override
        public String scarcity() {
            return ports.containers().scarcity();
        }
    }
}
