package io.millrace.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Does to processes what a {@link Fault} says.
 *
 * <p>Threads: one.
 */
final class Injector {
    /** Longer than the ResourceManager of the development Hadoop waits for a silent master. */
    private static final Duration MASTER_STOPPED = Duration.ofSeconds(14);

    private static final int LONGEST_WORKER_STOP_SECONDS = 15;
    private static final Duration DAEMON_DOWN = Duration.ofSeconds(3);

    /** Longer than the ResourceManager of the development Hadoop waits for a silent node. */
    private static final Duration NODE_DOWN = Duration.ofSeconds(14);

    private final ContainerProcesses processes;
    private final DevHadoop hadoop;
    private final Random random;

    /** Stopped ones that must not stay behind. */
    private final List<Long> stopped = new ArrayList<>();

    Injector(ContainerProcesses processes, DevHadoop hadoop, Random random) {
        this.processes = processes;
        this.hadoop = hadoop;
        this.random = random;
    }

    /** Returns when what was stopped runs again; what was killed stays dead. */
    void inject(Fault fault) throws IOException, InterruptedException {
        switch (fault) {
            case WORKER_KILLED -> Commands.signal("KILL", worker());
            case WORKER_STOPPED ->
                    stop(
                            worker(),
                            Duration.ofSeconds(1 + random.nextInt(LONGEST_WORKER_STOP_SECONDS)));
            case MASTER_KILLED -> Commands.signal("KILL", master());
            case MASTER_STOPPED -> stop(master(), MASTER_STOPPED);
            case WORKER_AND_MASTER_KILLED -> {
                long worker = worker();
                Commands.signal("KILL", master());
                Commands.signal("KILL", worker);
            }
            case NODE_LOST -> {
                String node = processes.node(worker());
                hadoop.kill(node);
                for (long pid : processes.on(node)) {
                    Commands.signal("KILL", pid);
                }
                pause(NODE_DOWN);
                hadoop.start();
            }
            case DATANODE_RESTARTED -> hadoop.restart("datanode", DAEMON_DOWN);
            case RESOURCEMANAGER_RESTARTED -> hadoop.restart("resourcemanager", DAEMON_DOWN);
            default -> throw new IllegalArgumentException("unknown fault " + fault);
        }
    }

    private void stop(long pid, Duration time) throws IOException, InterruptedException {
        stopped.add(pid);
        Commands.signal("STOP", pid);
        pause(time);
        Commands.signal("CONT", pid);
        stopped.remove(pid);
    }

    /** Wakes whatever an interrupted run has left stopped. */
    void resumeAll() throws IOException, InterruptedException {
        for (long pid : stopped) {
            Commands.signal("CONT", pid);
        }
    }

    private long worker() {
        List<ProcessHandle> workers =
                processes.workers().stream()
                        .sorted(Comparator.comparing(ProcessHandle::pid))
                        .toList();
        if (workers.isEmpty()) {
            throw new IllegalStateException("The job has no worker process on this machine.");
        }
        return workers.get(random.nextInt(workers.size())).pid();
    }

    private long master() {
        return processes
                .master()
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "The application has no master process on this machine."))
                .pid();
    }

    /** Nothing can wake it up early. */
    static void pause(Duration time) throws InterruptedException {
        new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The Hadoop of {@code bin/dev-hadoop.sh}. */
    record DevHadoop(Path script, Path log) {
        /** Kills a daemon and starts it again. */
        void restart(String daemon, Duration down) throws IOException, InterruptedException {
            kill(daemon);
            pause(down);
            start();
        }

        void kill(String daemon) throws IOException, InterruptedException {
            Commands.run(log, List.of(script.toString(), "kill", daemon));
        }

        /** Starts what does not run. */
        void start() throws IOException, InterruptedException {
            Commands.run(log, List.of(script.toString(), "start"));
        }
    }
}
