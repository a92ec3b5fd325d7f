package io.millrace.worker;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.hdfs.HadoopConfiguration;
import io.millrace.hdfs.JobRecordReader;
import io.millrace.runtime.config.Origin;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.TaskManagerOptions;
import io.millrace.runtime.control.ToMaster.WorkerStart;
import io.millrace.runtime.file.FileSystems;
import io.millrace.runtime.loop.Clock;
import io.millrace.runtime.loop.EventLoop;
import io.millrace.runtime.loop.SystemClock;
import io.millrace.runtime.memory.ClassDataArchive;
import io.millrace.runtime.memory.TaskManagerMemory;
import io.millrace.runtime.network.DataNetworkSettings;
import io.millrace.runtime.network.NamedConnections;
import io.millrace.runtime.network.Secret;
import io.millrace.runtime.program.RecordsSender;
import io.millrace.runtime.worker.TaskManager;
import io.millrace.runtime.worker.WorkerDataPlane;
import io.millrace.runtime.worker.WorkerEnvironment;
import io.millrace.runtime.worker.WorkerEvent;
import io.millrace.runtime.worker.WorkerPorts;
import io.millrace.runtime.worker.WorkerSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.UserGroupInformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of a worker: puts a task manager together from what its container was given, and
 * lives until that leaves.
 *
 * <p>Exit codes: 0 the worker has left; 1 it could not be started; 3 the JVM is out of memory; 70 a
 * mistake of ours ended its loop; 143 its node wanted it to end.
 */
public final class ContainerWorker {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerWorker.class);

    private static final int COULD_NOT_START = 1;
    private static final int LOOP_FAILED = 70;
    private static final int EVENTS = 65_536;

    /** Closed batches that may wait in a channel between two subtasks of this worker. */
    private static final int LOCAL_BOUND_CHUNKS = 4;

    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(10);

    private final String containerId;
    private final String host;
    private final WorkerEnvironment environment;
    private final ParsedConfiguration options;
    private final Secret secret;
    private final Clock clock = new SystemClock();
    private final long mainMillis = clock.wallMillis();

    /** Set before any task runs. */
    private volatile MasterConnector masterLink;

    /** Completed with the exit code. */
    private final CompletableFuture<Integer> end = new CompletableFuture<>();

    private ContainerWorker(
            String containerId,
            String host,
            WorkerEnvironment environment,
            ParsedConfiguration options,
            Secret secret) {
        this.containerId = containerId;
        this.host = host;
        this.environment = environment;
        this.options = options;
        this.secret = secret;
    }

    /** Started by a node in a container that the application master was granted. */
    public static void main(String[] arguments) {
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, cause) -> LOG.error("Thread {} ended", thread.getName(), cause));
        LOG.info(ClassDataArchive.ofThisProcess().sentence());
        int exitCode;
        try {
            exitCode = ofThisProcess().run();
        } catch (Throwable e) {
            LOG.error("The worker could not do its work", e);
            exitCode = COULD_NOT_START;
        }
        System.out.flush();
        System.err.flush();
        // Not exit: threads of Hadoop's and of user code may not want to end.
        Runtime.getRuntime().halt(exitCode);
    }

    private static ContainerWorker ofThisProcess() throws IOException {
        Map<String, String> variables = System.getenv();
        WorkerEnvironment environment = WorkerEnvironment.fromVariables(variables);
        Map<String, String> options =
                new ObjectMapper()
                        .readValue(
                                Files.readAllBytes(Path.of(WorkerEnvironment.OPTIONS_FILE)),
                                new TypeReference<TreeMap<String, String>>() {});
        byte[] secret =
                UserGroupInformation.getCurrentUser()
                        .getCredentials()
                        .getSecretKey(new Text(WorkerEnvironment.SECRET_NAME));
        return new ContainerWorker(
                variables.get("CONTAINER_ID"),
                variables.get("NM_HOST"),
                environment,
                ParsedConfiguration.of(Map.of(Origin.COMMAND_LINE, options)),
                Secret.ofBytes(secret));
    }

    private int run() throws Exception {
        HadoopConfiguration.load(options.toConfiguration().toMap());
        TaskManagerMemory memory =
                TaskManagerMemory.ofGranted(options, Math.toIntExact(environment.containerMib()));
        LOG.info("Worker {} on {}; memory: {}", containerId, host, memory.lines());
        WorkerDataPlane dataPlane =
                new WorkerDataPlane(
                        networkSettings(),
                        memory.network().getBytes(),
                        Math.toIntExact(
                                options.get(TaskManagerOptions.MEMORY_SEGMENT_SIZE).getBytes()),
                        new WorkerDataPlane.Running(
                                new UserCode(options)::classes,
                                clock,
                                options.get(TaskManagerOptions.TASK_CANCELLATION_INTERVAL)
                                        .toNanos(),
                                new RecordsSender(
                                        listener -> masterLink.connectForRecords(listener))));
        EventLoop<WorkerEvent> loop =
                new EventLoop<>("task-manager", EVENTS, clock, crash -> end.complete(LOOP_FAILED));
        NamedConnections connections = new NamedConnections();
        MasterConnector link =
                new MasterConnector(
                        containerId,
                        environment,
                        secret,
                        () ->
                                new JobRecordReader(
                                        FileSystems.of(environment.records()),
                                        environment.records().toString(),
                                        environment.applicationId()),
                        connections,
                        loop);
        masterLink = link;
        TaskManager taskManager =
                new TaskManager(
                        new WorkerSettings(
                                dataPlane.address(),
                                options.get(TaskManagerOptions.NUM_TASK_SLOTS),
                                Duration.ofMillis(environment.leaseMillis()),
                                LEAVE_TIMEOUT,
                                new WorkerStart(
                                        ManagementFactory.getRuntimeMXBean().getStartTime(),
                                        mainMillis,
                                        0)),
                        new WorkerPorts(
                                clock,
                                new Random(),
                                loop,
                                loop,
                                connections,
                                link,
                                dataPlane.subtasks(),
                                this::left));
        loop.start(taskManager::on);
        loop.put(new WorkerEvent.Started());
        Runtime.getRuntime().addShutdownHook(new Thread(this::onShutdown, "shutdown"));
        return end.get();
    }

    private DataNetworkSettings networkSettings() {
        DataNetworkSettings defaults =
                DataNetworkSettings.defaults(
                        containerId, host, environment.applicationId(), secret);
        return defaults.withSegments(
                options.get(TaskManagerOptions.NETWORK_BUFFERS_PER_CHANNEL),
                options.get(TaskManagerOptions.NETWORK_EXTRA_BUFFERS_PER_GATE),
                defaults.maxQueuedSegments());
    }

    private void left(String reason) {
        LOG.info("The worker leaves: {}", reason);
        end.complete(0);
    }

    /**
     * The node wants the process to end, or user code has called exit. The exit code stays what it
     * is, and the master is told nothing: it hears from YARN why the container has ended, and a
     * node takes exit code 0 for a good end whatever it has killed the process for.
     */
    private void onShutdown() {
        if (!end.isDone()) {
            LOG.warn("The process ends: by a signal of its node, or because user code called exit");
        }
    }
}
