package io.millrace.master;

import io.millrace.api.MemorySize;
import io.millrace.master.yarn.ContainerEvents;
import io.millrace.master.yarn.ContainerLaunch;
import io.millrace.master.yarn.JavaProcess;
import io.millrace.master.yarn.YarnApplication;
import io.millrace.master.yarn.YarnContainers;
import io.millrace.runtime.config.DeploymentOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.TaskManagerOptions;
import io.millrace.runtime.config.YarnOptions;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.loop.Clock;
import io.millrace.runtime.loop.Inbox;
import io.millrace.runtime.master.ContainerPort;
import io.millrace.runtime.master.JobStatus.TimelineEvent;
import io.millrace.runtime.master.MasterEvent;
import io.millrace.runtime.memory.JvmOptions;
import io.millrace.runtime.memory.TaskManagerMemory;
import io.millrace.runtime.worker.WorkerEnvironment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the job master's wish for workers into asks to YARN, and each grant into a started worker.
 *
 * <p>Unit: one container for each worker, all of one size.
 *
 * <p>Threads: {@link ContainerPort} by the master's loop, {@link ContainerEvents} by threads of
 * Hadoop's; guarded by its own lock, without which events are put.
 */
final class WorkerContainers implements ContainerPort, ContainerEvents {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerContainers.class);

    private final Settings settings;
    private final Supplier<ByteBuffer> credentials;
    private final Clock clock;
    private final Inbox<MasterEvent> inbox;
    private final Consumer<String> onShutdown;

    private YarnContainers yarn;
    private final Deque<Long> asks = new ArrayDeque<>();

    /**
     * What a worker is made of.
     *
     * @param masterHost where the control port is
     */
    record Settings(
            ApplicationSpec spec,
            ParsedConfiguration options,
            String applicationId,
            int epoch,
            String masterHost,
            int masterPort,
            int mib,
            int vcores) {

        static Settings of(
                ApplicationSpec spec,
                ParsedConfiguration options,
                YarnApplication application,
                int masterPort) {
            int mib = TaskManagerMemory.of(options).containerMebibytes();
            return new Settings(
                    spec,
                    options,
                    application.applicationId(),
                    application.attempt(),
                    application.host(),
                    masterPort,
                    mib,
                    workerVcores(options));
        }
    }

    /** Virtual cores of a worker's container. */
    static int workerVcores(ParsedConfiguration options) {
        int vcores = options.get(YarnOptions.VCORES);
        return vcores > 0 ? vcores : options.get(TaskManagerOptions.NUM_TASK_SLOTS);
    }

    /**
     * @param credentials that a worker is started with
     * @param onShutdown hears why this process must end without a word to anybody
     */
    WorkerContainers(
            Settings settings,
            Supplier<ByteBuffer> credentials,
            Clock clock,
            Inbox<MasterEvent> inbox,
            Consumer<String> onShutdown) {
        this.settings = settings;
        this.credentials = credentials;
        this.clock = clock;
        this.inbox = inbox;
        this.onShutdown = onShutdown;
    }

    /** To be called once, before anything else. */
    synchronized void connect(YarnContainers connected) {
        yarn = connected;
    }

    @Override
    public synchronized void request(int more) {
        for (int i = 0; i < more; i++) {
            asks.addLast(yarn.ask(settings.mib(), settings.vcores()));
        }
        LOG.info(
                "Asked YARN for {} containers of {} and {} vcores; {} asks stand",
                more,
                MemorySize.ofMebiBytes(settings.mib()),
                settings.vcores(),
                asks.size());
    }

    @Override
    public synchronized void withdraw(int fewer) {
        for (int i = 0; i < fewer && !asks.isEmpty(); i++) {
            yarn.cancelAsk(asks.removeLast());
        }
    }

    @Override
    public void release(String containerId) {
        LOG.info("{} is given back", containerId);
        yarn.release(containerId);
    }

    @Override
    public synchronized String scarcity() {
        String left = yarn.left();
        return "of "
                + settings.mib()
                + " MiB and "
                + settings.vcores()
                + " vcores each"
                + (left.isEmpty() ? "" : "; YARN has " + left + " left for this application");
    }

    @Override
    public void granted(long askId, GrantedContainer container) {
        synchronized (this) {
            asks.remove(askId);
        }
        LOG.info(
                "{} on {} was granted, with {} MiB and {} vcores",
                container.id(),
                container.host(),
                container.mib(),
                container.vcores());
        inbox.put(
                new MasterEvent.ContainersGranted(
                        List.of(new MasterEvent.Container(container.id(), container.host()))));
        yarn.start(container.id(), launch(container), credentials.get());
        note("container start asked", container.id());
    }

    /**
     * How a worker is started: with the memory that was granted, which YARN may have rounded up.
     */
    private ContainerLaunch launch(GrantedContainer container) {
        ParsedConfiguration options = settings.options();
        TaskManagerMemory memory =
                TaskManagerMemory.ofGranted(options, Math.toIntExact(container.mib()));
        // A scheduler that only counts memory grants one core whatever was asked for.
        int vcores = Math.max(container.vcores(), settings.vcores());
        Map<String, String> variables =
                new TreeMap<>(
                        new WorkerEnvironment(
                                        settings.applicationId(),
                                        settings.masterHost(),
                                        settings.masterPort(),
                                        settings.epoch(),
                                        settings.spec().records(),
                                        settings.spec().leaseMillis(),
                                        container.mib(),
                                        vcores)
                                .toVariables());
        List<String> flags = new ArrayList<>(JvmOptions.ofWorker(options, memory, vcores));
        flags.add("-Dlog.level=" + options.get(DeploymentOptions.LOG_LEVEL));
        return ContainerLaunch.of(
                new JavaProcess(
                        "io.millrace.worker.ContainerWorker",
                        "worker",
                        flags,
                        options.get(DeploymentOptions.JAVA_HOME),
                        variables,
                        JvmOptions.environmentOfWorker(options)),
                settings.spec().distributionJars(),
                settings.spec().workerFiles());
    }

    @Override
    public void started(String containerId) {
        note("container start accepted", containerId);
    }

    @Override
    public void startFailed(String containerId, String sentence) {
        LOG.warn(sentence);
        inbox.put(new MasterEvent.ContainerCompleted(containerId, sentence));
    }

    @Override
    public void ended(String containerId, String sentence) {
        LOG.info(sentence);
        inbox.put(new MasterEvent.ContainerCompleted(containerId, sentence));
    }

    @Override
    public void previous(List<GrantedContainer> containers) {
        // also when there are none: a master of a later attempt asks for containers only when it
        // knows
        LOG.info("Left by earlier application masters: {}", containers);
        inbox.put(
                new MasterEvent.PreviousContainers(
                        containers.stream()
                                .map(c -> new MasterEvent.Container(c.id(), c.host()))
                                .toList()));
    }

    @Override
    public void nodeSays(String containerId, String sentence) {
        LOG.info("{} {}", containerId, sentence);
    }

    @Override
    public void shutdownRequested() {
        onShutdown.accept("YARN wants this attempt to end");
    }

    @Override
    public void failed(String sentence) {
        onShutdown.accept(sentence);
    }

    /**
     * Refuses workers that no container of the cluster is large enough for.
     *
     * @param largestMib of the cluster
     * @return whether they fit
     */
    boolean checkSize(long largestMib, int largestVcores) {
        String sentence = null;
        if (settings.mib() > largestMib) {
            sentence =
                    String.format(
                            "A worker needs a container of %d MiB; the cluster gives at most %d MiB"
                                    + " (yarn.scheduler.maximum-allocation-mb): lower"
                                    + " taskmanager.memory.process.size.",
                            settings.mib(), largestMib);
        } else if (settings.vcores() > largestVcores) {
            sentence =
                    String.format(
                            "A worker needs %d virtual cores; the cluster gives at most %d"
                                    + " (yarn.scheduler.maximum-allocation-vcores): lower"
                                    + " yarn.containers.vcores.",
                            settings.vcores(), largestVcores);
        }
        if (sentence != null) {
            inbox.put(
                    new MasterEvent.ContainersRefused(
                            Failure.of(
                                    Failure.Category.CONFIG,
                                    "The application master",
                                    new IllegalArgumentException(sentence))));
        }
        return sentence == null;
    }

    private void note(String what, String subject) {
        inbox.put(new MasterEvent.Noted(new TimelineEvent(what, subject, clock.wallMillis())));
    }
}
