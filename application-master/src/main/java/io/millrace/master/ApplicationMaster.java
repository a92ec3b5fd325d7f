package io.millrace.master;

import io.millrace.hdfs.FileJobStore;
import io.millrace.hdfs.HadoopConfiguration;
import io.millrace.hdfs.JobRecordReader;
import io.millrace.master.yarn.ContainerCredentials;
import io.millrace.master.yarn.FinalStatus;
import io.millrace.master.yarn.YarnApplication;
import io.millrace.master.yarn.YarnContainers;
import io.millrace.runtime.checkpoint.FileCheckpointStorage;
import io.millrace.runtime.config.JobManagerOptions;
import io.millrace.runtime.config.Options;
import io.millrace.runtime.config.Origin;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.TaskManagerOptions;
import io.millrace.runtime.config.YarnOptions;
import io.millrace.runtime.control.ControlCodec;
import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.RecordsMessage.Records;
import io.millrace.runtime.coordinate.ThreadedCoordinators;
import io.millrace.runtime.file.FileSystems;
import io.millrace.runtime.file.TextOutputFiles;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.loop.Clock;
import io.millrace.runtime.loop.EventLoop;
import io.millrace.runtime.loop.SystemClock;
import io.millrace.runtime.master.JobMaster;
import io.millrace.runtime.master.JobObserver;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import io.millrace.runtime.master.JobStatus;
import io.millrace.runtime.master.MasterEvent;
import io.millrace.runtime.master.MasterPorts;
import io.millrace.runtime.master.MasterSettings;
import io.millrace.runtime.memory.ClassDataArchive;
import io.millrace.runtime.network.ConnectionKind;
import io.millrace.runtime.network.ControlConnection;
import io.millrace.runtime.network.ControlListener;
import io.millrace.runtime.network.ControlServer;
import io.millrace.runtime.network.NamedConnections;
import io.millrace.runtime.network.Secret;
import io.millrace.runtime.schedule.RestartStrategy;
import io.millrace.runtime.worker.WorkerEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of an application master: owns one job from the launcher's files to its final status.
 *
 * <p>Order of a start: control port; registration with YARN; takeover of the job record; program.
 * Order of an end: the job's result is on record; attached launchers have it; final status; the
 * application's folders are removed.
 *
 * <p>Threads: {@code main} waits for the end; the job master's loop decides; the user's {@code
 * main} has a thread of its own.
 */
public final class ApplicationMaster {
    private static final Logger LOG = LoggerFactory.getLogger(ApplicationMaster.class);
    private static final int EVENTS = 65_536;
    private static final Duration LAUNCHERS_READ_RESULT = Duration.ofSeconds(5);
    private static final Duration PROGRAM_ENDS = Duration.ofMinutes(5);
    private static final Duration END_AFTER_EXIT = Duration.ofMinutes(2);

    private final YarnApplication application;
    private final ApplicationSpec spec;
    private final ParsedConfiguration options;
    private final Secret secret;
    private final Clock clock = new SystemClock();
    private final CompletableFuture<JobResult> result = new CompletableFuture<>();

    /** Completed with a reason if this process must end without a word to anybody. */
    private final CompletableFuture<String> silentEnd = new CompletableFuture<>();

    private final EventLoop<MasterEvent> loop;
    private final NamedConnections connections = new NamedConnections();
    private final LauncherWatch launchers = new LauncherWatch();
    private final ApplicationProgram program;
    private final CountDownLatch over = new CountDownLatch(1);

    private ApplicationMaster(
            YarnApplication application,
            ApplicationSpec spec,
            ParsedConfiguration options,
            Secret secret) {
        this.application = application;
        this.spec = spec;
        this.options = options;
        this.secret = secret;
        this.loop =
                new EventLoop<>(
                        "job-master",
                        EVENTS,
                        clock,
                        crash -> silentEnd.complete("the job master's loop failed: " + crash));
        this.program = new ApplicationProgram(spec, options, loop, result);
    }

    /** Started by YARN in the application's first container. */
    public static void main(String[] arguments) {
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, cause) -> LOG.error("Thread {} ended", thread.getName(), cause));
        LOG.info(ClassDataArchive.ofThisProcess().sentence());
        int exitCode;
        try {
            exitCode = ofThisProcess().run();
        } catch (Throwable e) {
            LOG.error("The application master could not do its work", e);
            exitCode = 1;
        }
        System.out.flush();
        System.err.flush();
        // Not exit: threads of Hadoop's and of the program's may not want to end, and a program
        // that has called exit waits for this thread.
        Runtime.getRuntime().halt(exitCode);
    }

    private static ApplicationMaster ofThisProcess() throws IOException {
        YarnApplication application = YarnApplication.of(System.getenv());
        ApplicationSpec spec = ApplicationSpec.read(Path.of(ApplicationSpec.FILE));
        Map<String, String> options =
                ApplicationSpec.readOptions(Path.of(WorkerEnvironment.OPTIONS_FILE));
        return new ApplicationMaster(
                application,
                spec,
                ParsedConfiguration.of(Map.of(Origin.COMMAND_LINE, options)),
                Secret.ofBytes(ContainerCredentials.secretOfThisProcess()));
    }

    /** Returns the exit code of the process, which YARN heeds only if it was not told the end. */
    private int run() throws Exception {
        LOG.info(
                "Application master of {} '{}', attempt {}, on {}; settings: {}",
                application.applicationId(),
                spec.name(),
                application.attempt(),
                application.host(),
                shown(options));
        Configuration hadoop = HadoopConfiguration.load(hadoopSettings());
        Runtime.getRuntime().addShutdownHook(new Thread(this::onShutdown, "shutdown"));
        ControlServer server =
                new ControlServer(
                        application.host(),
                        secret,
                        application.applicationId(),
                        application.attempt(),
                        new ControlCodec(),
                        new ControlEvents());
        WorkerContainers containers =
                new WorkerContainers(
                        WorkerContainers.Settings.of(spec, options, application, server.port()),
                        this::workerCredentials,
                        clock,
                        loop,
                        silentEnd::complete);
        YarnContainers yarn =
                YarnContainers.connect(
                        hadoop,
                        application.attempt(),
                        new YarnContainers.Heartbeats(
                                options.get(
                                        YarnOptions
                                                .CONTAINER_REQUEST_HEARTBEAT_INTERVAL_MILLISECONDS),
                                Math.multiplyExact(
                                        1000, options.get(YarnOptions.HEARTBEAT_DELAY_SECONDS))),
                        containers);
        containers.connect(yarn);
        note("master JVM started", startMillis());
        YarnContainers.Registration registration = yarn.register(application.host(), server.port());
        note("master registered", clock.wallMillis());
        JobMaster master = jobMaster(containers, server.port());
        loop.put(new MasterEvent.Started());
        containers.previous(registration.previous());
        containers.checkSize(registration.largestMib(), registration.largestVcores());
        loop.start(master::on);
        return awaitEnd(yarn);
    }

    private Map<String, String> hadoopSettings() {
        Map<String, String> settings = new TreeMap<>(options.toConfiguration().toMap());
        // A program that calls System.exit must not take the file systems from under the end.
        settings.put("flink.hadoop.fs.automatic.close", "false");
        return settings;
    }

    /** For the log, which more people can read than the settings. */
    private static Map<String, String> shown(ParsedConfiguration options) {
        Map<String, String> shown = new TreeMap<>(options.toConfiguration().toMap());
        shown.replaceAll((key, value) -> Options.isSecret(key) ? "******" : value);
        return shown;
    }

    private JobMaster jobMaster(WorkerContainers containers, int port) throws IOException {
        ExecutorService files =
                Executors.newSingleThreadExecutor(work -> daemon(work, "job-files"));
        ExecutorService record =
                Executors.newSingleThreadExecutor(work -> daemon(work, "job-record"));
        ExecutorService checkpoints =
                Executors.newSingleThreadExecutor(work -> daemon(work, "checkpoints"));
        String records = spec.records().toString();
        FileJobStore store =
                new FileJobStore(
                        FileSystems.of(spec.records()),
                        records,
                        application.applicationId(),
                        record,
                        () -> UUID.randomUUID().toString());
        return new JobMaster(
                settings(port),
                new MasterPorts(
                        clock,
                        new Random(),
                        loop,
                        loop,
                        connections,
                        store,
                        new TextOutputFiles(files),
                        new FileCheckpointStorage(checkpoints),
                        containers,
                        new Observer(),
                        new ThreadedCoordinators(program::userClassLoader)));
    }

    private MasterSettings settings(int port) {
        return new MasterSettings(
                application.applicationId(),
                application.attempt(),
                application.host() + ":" + port,
                options.get(TaskManagerOptions.NUM_TASK_SLOTS),
                options.get(JobManagerOptions.HEARTBEAT_INTERVAL),
                options.get(JobManagerOptions.HEARTBEAT_TIMEOUT),
                options.get(JobManagerOptions.SLOT_REQUEST_TIMEOUT),
                options.get(JobManagerOptions.PREVIOUS_WORKER_RECOVERY_TIMEOUT),
                (int) Math.ceil(options.get(JobManagerOptions.START_WORKER_MAX_FAILURE_RATE)),
                options.get(TaskManagerOptions.TASK_CANCELLATION_TIMEOUT),
                Duration.ofSeconds(3),
                new RestartStrategy.Spec.FixedDelay(3, Duration.ofSeconds(1)));
    }

    private int awaitEnd(YarnContainers yarn) throws Exception {
        CompletableFuture.anyOf(result, silentEnd).get();
        if (silentEnd.isDone()) {
            // Somebody else may own the application: nothing is touched.
            LOG.warn("The application master ends without a final status: {}", silentEnd.get());
            return 1;
        }
        ApplicationEnd end = end(result.get());
        LOG.info("The application has ended: {} {}", end.kind(), end.sentence());
        launchers.awaitNone(LAUNCHERS_READ_RESULT);
        yarn.unregister(status(end.kind()), end.diagnostics());
        sweep();
        return end.kind().exitCode();
    }

    /** The job's result, unless the program failed after its job had finished. */
    private ApplicationEnd end(JobResult job) throws InterruptedException {
        Failure ofProgram = null;
        try {
            ofProgram = program.mainEnded().get(PROGRAM_ENDS.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn(
                    "The program's main has not ended {} after its job: the application ends"
                            + " without it.",
                    PROGRAM_ENDS);
        }
        boolean counts = job.state() == JobState.FINISHED || program.hasExitedEarly();
        return ofProgram != null && counts ? ApplicationEnd.of(ofProgram) : ApplicationEnd.of(job);
    }

    private static FinalStatus status(ApplicationEnd.Kind kind) {
        return switch (kind) {
            case FINISHED -> FinalStatus.SUCCEEDED;
            case CANCELED -> FinalStatus.KILLED;
            case FAILED, REFUSED -> FinalStatus.FAILED;
        };
    }

    /** What is left behind here is swept by a later launcher. */
    private void sweep() {
        try {
            new JobRecordReader(
                            FileSystems.of(spec.records()),
                            spec.records().toString(),
                            application.applicationId())
                    .sweep();
            FileSystems.of(spec.stagingFolder()).delete(spec.stagingFolder());
        } catch (IOException e) {
            LOG.warn("The application's folders could not be removed", e);
        }
    }

    /**
     * A program that ends the JVM ends its application, with a result; a node's signal does not.
     */
    private void onShutdown() {
        if (!ApplicationProgram.hasCalledExit()) {
            return;
        }
        program.exited();
        try {
            if (!over.await(END_AFTER_EXIT.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("The end of the application took too long after System.exit");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ByteBuffer workerCredentials() {
        try {
            return ContainerCredentials.forWorkerOfThisProcess(secret.bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void note(String what, long wallMillis) {
        loop.put(
                new MasterEvent.Noted(
                        new JobStatus.TimelineEvent(what, application.containerId(), wallMillis)));
    }

    private static long startMillis() {
        return ManagementFactory.getRuntimeMXBean().getStartTime();
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    private final class Observer implements JobObserver {
        @Override
        public void recovered(JobGraph recorded) {
            if (recorded == null) {
                program.start();
            } else {
                LOG.info("Job {} '{}' is on record", recorded.jobId(), recorded.jobName());
                program.skip();
            }
        }

        @Override
        public void changed(JobStatus status) {
            LOG.debug("{}", status);
        }

        @Override
        public void ended(JobResult ended) {
            program.skip();
            result.complete(ended);
        }

        @Override
        public void fenced(String detail) {
            silentEnd.complete("another attempt owns the job (" + detail + ")");
        }
    }

    private final class ControlEvents implements ControlListener {
        @Override
        public void connected(ControlConnection connection) {
            if (connection.kind() == ConnectionKind.RECORDS) {
                return; // the job master need not know
            }
            String name = connections.add(connection);
            if (connection.kind() == ConnectionKind.CONTROL_CLIENT) {
                launchers.attached(name);
            }
            loop.put(new MasterEvent.Connected(name, connection.peerId()));
        }

        @Override
        public void received(ControlConnection connection, Object message) {
            if (message instanceof Records records) {
                program.received(connection, records);
                return;
            }
            String name = connections.nameOf(connection);
            if (name != null) {
                loop.put(new MasterEvent.Received(name, (ControlMessage) message));
            }
        }

        @Override
        public void closed(ControlConnection connection, String cause) {
            String name = connections.remove(connection);
            if (name != null) {
                launchers.detached(name);
                loop.put(new MasterEvent.Disconnected(name, cause));
            }
        }
    }
}
