package io.millrace.runtime.local;

import io.millrace.runtime.checkpoint.FileCheckpointStorage;
import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.Outbox;
import io.millrace.runtime.coordinate.ThreadedCoordinators;
import io.millrace.runtime.file.TextOutputFiles;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.loop.Clock;
import io.millrace.runtime.loop.EventLoop;
import io.millrace.runtime.loop.Inbox;
import io.millrace.runtime.loop.SystemClock;
import io.millrace.runtime.master.ContainerPort;
import io.millrace.runtime.master.JobMaster;
import io.millrace.runtime.master.JobObserver;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobStatus;
import io.millrace.runtime.master.MasterEvent;
import io.millrace.runtime.master.MasterPorts;
import io.millrace.runtime.master.MasterSettings;
import io.millrace.runtime.network.Secret;
import io.millrace.runtime.program.CollectedRecords;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.RestartStrategy;
import io.millrace.runtime.task.SubtaskMetrics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A whole cluster in one process: the same job master and task managers as anywhere else, with
 * containers that are threads and control connections that are queues.
 *
 * <p>Threads: one for the master, one for each worker, one for each subtask; callers wait on the
 * result.
 */
public final class LocalCluster implements AutoCloseable {
    private static final int EPOCH = 1;
    private static final int QUEUE = 4096;

    private final LocalSettings settings;
    private final ClassLoader userClassLoader;
    private final CollectedRecords collected;
    private final Clock clock = new SystemClock();
    private final EventLoop<MasterEvent> masterLoop;
    private final ExecutorService files;
    private final Map<String, LocalWorker> workers = new ConcurrentHashMap<>();
    private final CompletableFuture<JobResult> result = new CompletableFuture<>();
    private final AtomicReference<JobStatus> status = new AtomicReference<>();
    private final Secret secret = Secret.random();
    private final List<RuntimeException> leaks = new CopyOnWriteArrayList<>();
    private int workersMade;

    /**
     * @param userClassLoader finds the classes of the job's functions
     */
    public LocalCluster(LocalSettings settings, ClassLoader userClassLoader) {
        this(settings, userClassLoader, CollectedRecords.nowhere());
    }

    /**
     * @param userClassLoader finds the classes of the job's functions
     * @param collected takes what the program asked to get back
     */
    LocalCluster(LocalSettings settings, ClassLoader userClassLoader, CollectedRecords collected) {
        this.collected = collected;
        this.settings = settings;
        this.userClassLoader = userClassLoader;
        this.masterLoop =
                new EventLoop<>("job-master", QUEUE, clock, result::completeExceptionally);
        this.files =
                Executors.newSingleThreadExecutor(
                        task -> {
                            Thread thread = new Thread(task, "job-files");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /** Runs one job; the result comes when all of its subtasks are gone. To be called once. */
    public CompletableFuture<JobResult> run(JobGraph graph) {
        MasterSettings masterSettings =
                MasterSettings.defaults(
                        "local-" + graph.jobId(),
                        EPOCH,
                        "in-process",
                        settings.slotsPerWorker(),
                        new RestartStrategy.Spec.None());
        MasterPorts ports =
                new MasterPorts(
                        clock,
                        new Random(),
                        masterLoop,
                        masterLoop,
                        new MasterOutbox(),
                        new InMemoryJobStore(),
                        new TextOutputFiles(files),
                        new FileCheckpointStorage(files),
                        new Containers(),
                        new Observer(graph),
                        new ThreadedCoordinators(() -> userClassLoader));
        JobMaster master = new JobMaster(masterSettings, ports);
        masterLoop.start(master::on);
        masterLoop.put(new MasterEvent.Started());
        return result;
    }

    /** Asks for the job's end. */
    public void cancel(String by) {
        masterLoop.put(new MasterEvent.CancelRequested(by));
    }

    /** The master's, for who asks it something of its own. */
    Inbox<MasterEvent> master() {
        return masterLoop;
    }

    /** What the master last said of the job, or null. */
    public JobStatus status() {
        return status.get();
    }

    /**
     * Counters of the subtasks that run at this moment, which {@link #status} knows as of the last
     * heartbeat.
     */
    public Map<AttemptId, SubtaskMetrics> subtaskMetrics() {
        Map<AttemptId, SubtaskMetrics> metrics = new HashMap<>();
        workers.values().forEach(worker -> metrics.putAll(worker.subtaskMetrics()));
        return metrics;
    }

    /** What workers that closed could not give back; for tests. */
    List<RuntimeException> leaks() {
        return List.copyOf(leaks);
    }

    public LocalSettings settings() {
        return settings;
    }

    @Override
    public void close() {
        // before the workers, or it would start others in their place
        masterLoop.close();
        new ArrayList<>(workers.values()).forEach(LocalWorker::close);
        files.shutdown();
    }

    private final class Observer implements JobObserver {
        private final JobGraph graph;

        Observer(JobGraph graph) {
            this.graph = graph;
        }

        @Override
        public void recovered(JobGraph recorded) {
            masterLoop.put(new MasterEvent.Submitted(graph));
        }

        @Override
        public void changed(JobStatus changed) {
            status.set(changed);
        }

        @Override
        public void ended(JobResult ended) {
            result.complete(ended);
        }

        @Override
        public void fenced(String detail) {
            result.completeExceptionally(
                    new IllegalStateException("A local job was fenced: " + detail));
        }
    }

    private final class Containers implements ContainerPort {
        @Override
        public void request(int more) {
            List<MasterEvent.Container> granted = new ArrayList<>();
            List<LocalWorker> started = new ArrayList<>();
            for (int i = 0; i < more; i++) {
                String id = "local-" + ++workersMade;
                LocalWorker worker =
                        new LocalWorker(
                                id,
                                "local",
                                EPOCH,
                                secret,
                                settings,
                                userClassLoader,
                                collected,
                                clock,
                                masterLoop,
                                workers::remove,
                                leaks::add);
                workers.put(id, worker);
                started.add(worker);
                granted.add(new MasterEvent.Container(id, "localhost"));
            }
            masterLoop.put(new MasterEvent.ContainersGranted(granted));
            started.forEach(LocalWorker::start);
        }

        @Override
        public void withdraw(int fewer) {
            // what is asked for is granted at once
        }

        @Override
        public void release(String containerId) {
            LocalWorker worker = workers.get(containerId);
            if (worker != null) {
                worker.close();
            }
        }
    }

    private final class MasterOutbox implements Outbox {
        @Override
        public void send(String connection, ControlMessage message) {
            LocalWorker worker = workers.get(LocalWorker.workerOf(connection));
            if (worker != null) {
                worker.receive(connection, message);
            }
        }

        @Override
        public void close(String connection, String reason) {
            LocalWorker worker = workers.get(LocalWorker.workerOf(connection));
            if (worker != null) {
                worker.disconnect(connection, reason);
            }
        }
    }
}
