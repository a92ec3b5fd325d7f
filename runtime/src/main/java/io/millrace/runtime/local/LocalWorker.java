package io.millrace.runtime.local;

import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.Outbox;
import io.millrace.runtime.control.ToMaster.WorkerStart;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.loop.Clock;
import io.millrace.runtime.loop.EventLoop;
import io.millrace.runtime.loop.Inbox;
import io.millrace.runtime.master.MasterEvent;
import io.millrace.runtime.network.DataNetworkSettings;
import io.millrace.runtime.network.Secret;
import io.millrace.runtime.program.CollectedRecords;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.task.SubtaskMetrics;
import io.millrace.runtime.worker.TaskManager;
import io.millrace.runtime.worker.WorkerAddress;
import io.millrace.runtime.worker.WorkerDataPlane;
import io.millrace.runtime.worker.WorkerEvent;
import io.millrace.runtime.worker.WorkerPorts;
import io.millrace.runtime.worker.WorkerSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A task manager of a cluster in one process: its loop, its channels, its subtasks. */
final class LocalWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalWorker.class);
    private static final int SEGMENT_BYTES = 32 << 10;
    private static final Duration NEVER = Duration.ofDays(10_000);
    private static final int QUEUE = 4096;

    private final String id;
    private final int epoch;
    private final Inbox<MasterEvent> master;
    private final Consumer<String> onClosed;
    private final Consumer<RuntimeException> onLeak;
    private final EventLoop<WorkerEvent> loop;
    private final WorkerDataPlane dataPlane;
    private final TaskManager taskManager;
    private final AtomicBoolean closed = new AtomicBoolean();
    private int connections;

    LocalWorker(
            String id,
            String application,
            int epoch,
            Secret secret,
            LocalSettings settings,
            ClassLoader userClassLoader,
            CollectedRecords collected,
            Clock clock,
            Inbox<MasterEvent> master,
            Consumer<String> onClosed,
            Consumer<RuntimeException> onLeak) {
        this.id = id;
        this.epoch = epoch;
        this.master = master;
        this.onClosed = onClosed;
        this.onLeak = onLeak;
        this.loop =
                new EventLoop<>(
                        "worker-" + id, QUEUE, clock, crash -> close(), TaskManager::dropped);
        JobClasses classes = new JobClasses(userClassLoader);
        WorkerDataPlane.Running running =
                new WorkerDataPlane.Running(
                        job -> classes,
                        settings.managedBytes(),
                        clock,
                        settings.cancelInterval().toNanos(),
                        collected);
        this.dataPlane =
                settings.workers() == 1
                        ? WorkerDataPlane.alone(id, running)
                        : new WorkerDataPlane(
                                DataNetworkSettings.defaults(id, "127.0.0.1", application, secret),
                                settings.networkBytes(),
                                SEGMENT_BYTES,
                                running);
        long now = clock.wallMillis();
        WorkerSettings workerSettings =
                new WorkerSettings(
                        settings.workers() == 1
                                ? new WorkerAddress(id, "localhost", 0)
                                : dataPlane.address(),
                        settings.slotsPerWorker(),
                        NEVER,
                        Duration.ofSeconds(3),
                        new WorkerStart(now, now, now));
        this.taskManager =
                new TaskManager(
                        workerSettings,
                        new WorkerPorts(
                                clock,
                                new Random(),
                                loop,
                                loop,
                                new ToMasterQueue(),
                                minEpoch -> connect(),
                                dataPlane.subtasks(),
                                dataPlane.snapshots(),
                                reason -> close()));
    }

    void start() {
        loop.start(taskManager::on);
        loop.put(new WorkerEvent.Started());
    }

    private void connect() {
        String connection = id + "/" + ++connections;
        master.put(new MasterEvent.Connected(connection, id));
        loop.put(new WorkerEvent.Connected(connection, epoch));
    }

    Map<AttemptId, SubtaskMetrics> subtaskMetrics() {
        return dataPlane.metrics();
    }

    /** The worker that a connection leads to. */
    static String workerOf(String connection) {
        return connection.substring(0, connection.indexOf('/'));
    }

    void receive(String connection, ControlMessage message) {
        loop.put(new WorkerEvent.Received(connection, (ToWorker) message));
    }

    void disconnect(String connection, String reason) {
        loop.put(new WorkerEvent.Disconnected(connection, reason));
        master.put(new MasterEvent.Disconnected(connection, reason));
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            onClosed.accept(id);
            loop.close();
            if (loop.isOver()) {
                taskManager.abandon();
            }
            try {
                dataPlane.close();
            } catch (RuntimeException e) {
                LOG.error("Worker {} could not give everything back", id, e);
                onLeak.accept(e);
            }
            // whatever was left behind: the master waits for this
            master.put(new MasterEvent.ContainerCompleted(id, "the worker has left"));
        }
    }

    private final class ToMasterQueue implements Outbox {
        @Override
        public void send(String connection, ControlMessage message) {
            master.put(new MasterEvent.Received(connection, message));
        }

        @Override
        public void close(String connection, String reason) {
            disconnect(connection, reason);
        }
    }
}
