package io.millrace.testkit.simulation;

import io.millrace.api.ExecutorContext;
import io.millrace.api.JobExecutionResult;
import io.millrace.api.JobExecutor;
import io.millrace.api.RuntimeExecutionMode;
import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.MapFunction;
import io.millrace.api.transform.Pipeline;
import io.millrace.api.tuple.Tuple2;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.exchange.WorkerChannels;
import io.millrace.runtime.file.TextOutputFiles;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobPlanner;
import io.millrace.runtime.master.JobFiles;
import io.millrace.runtime.memory.NetworkBufferPool;
import io.millrace.runtime.network.DataNetworkSettings;
import io.millrace.runtime.network.InMemoryNetwork;
import io.millrace.runtime.network.Secret;
import io.millrace.runtime.operator.Alarms;
import io.millrace.runtime.operator.KeyedStores;
import io.millrace.runtime.operator.OperatorPorts;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.task.SteppedSubtasks;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.Subtasks;
import io.millrace.runtime.task.TaskDeployment;
import io.millrace.runtime.worker.WorkerAddress;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that records pass through, as it is in a real worker: the engine's subtasks running a program
 * of the API, its channels over a simulated data network, its text sink and its commit on files in
 * memory. Takes the place of {@link SimulatedTask} and {@link SimulatedFiles}.
 *
 * <p>Threads: one.
 */
final class RealTasks implements AutoCloseable {
    private static final String OUTPUT = "/out";
    private static final String ALL_PARTS = "all parts";

    /** Few and small, so that writers wait for room. */
    private static final int SEGMENTS = 128;

    private static final int SEGMENT_BYTES = 256;
    private static final int WINDOW_FRAMES = 4;
    private static final int LOCAL_BOUND_CHUNKS = 2;
    private static final int MOST_FRAMES_AT_ONCE = 8;
    private static final int CONNECT_MILLIS = 20_000;
    private static final int OPEN_MILLIS = 30_000;
    private static final int LINGER_MILLIS = 40_000;

    private final Simulation simulation;
    private final Faults faults;
    private final Invariants invariants;
    private final String authority;
    private final SimulatedFileSystem fileSystem;
    private final JobFiles files;
    private final InMemoryNetwork network = new InMemoryNetwork(WINDOW_FRAMES);
    private final Map<String, Plane> planes = new LinkedHashMap<>();
    private final int parallelism;
    private final int records;
    private final int keys;

    /** The longest that a subtask waits between two steps: slow jobs see many faults. */
    private final Duration slowestStep;

    private boolean pumpSoon;
    private long pumpTimerMillis = Long.MAX_VALUE;
    private long seenChanges = -1;
    private Map<String, List<String>> visible;

    /** What one worker's records pass through. */
    private final class Plane {
        private final SimulatedWorker worker;
        private final NetworkBufferPool pool = new NetworkBufferPool(SEGMENTS, SEGMENT_BYTES);
        private final WorkerChannels channels;
        private final SteppedSubtasks subtasks;
        private final Map<AttemptId, TaskDeployment> live = new LinkedHashMap<>();

        /** It left in order: what it held must have come back. */
        private boolean left;

        Plane(SimulatedWorker worker) {
            this.worker = worker;
            Channels remote =
                    network.join(
                            DataNetworkSettings.defaults(
                                            worker.id(),
                                            worker.id(),
                                            "app",
                                            Secret.ofBytes(new byte[Secret.BYTES]))
                                    .withTimeouts(CONNECT_MILLIS, OPEN_MILLIS, LINGER_MILLIS),
                            pool);
            this.channels =
                    new WorkerChannels(
                            worker.id(),
                            faults.breaker() == Faults.Breaker.LOST_RECORD
                                    ? new LosesRecords(remote)
                                    : remote,
                            LOCAL_BOUND_CHUNKS);
            JobClasses classes = new JobClasses(RealTasks.class.getClassLoader());
            this.subtasks =
                    new SteppedSubtasks(
                            channels,
                            job -> classes,
                            new OperatorPorts(
                                    () -> simulation.nowNanos() / 1_000_000,
                                    this::alarm,
                                    KeyedStores.none()),
                            this::later);
        }

        private Alarms.Alarm alarm(long wallMillis, Runnable ring) {
            boolean[] canceled = new boolean[1];
            simulation.at(
                    Math.min(wallMillis, Long.MAX_VALUE / 1_000_000) * 1_000_000
                            - simulation.nowNanos(),
                    () -> {
                        if (!canceled[0]) {
                            goOn(ring);
                        }
                    });
            return () -> canceled[0] = true;
        }

        private void later(Runnable step) {
            simulation.between(Duration.ofNanos(50_000), slowestStep, () -> goOn(step));
        }

        private void goOn(Runnable step) {
            if (!worker.alive()) {
                return;
            }
            if (worker.process().paused()) {
                simulation.after(Duration.ofMillis(100), () -> goOn(step));
                return;
            }
            step.run();
            pumpSoon();
        }
    }

    RealTasks(Simulation simulation, Faults faults, Invariants invariants, long seed) {
        this.simulation = simulation;
        this.faults = faults;
        this.invariants = invariants;
        this.authority = "seed-" + seed;
        this.fileSystem = new SimulatedFileSystem(this::trouble);
        SimulatedFileSystemProvider.put(authority, fileSystem);
        this.files = new TextOutputFiles(this::callFiles);
        this.parallelism = 2 + simulation.random().nextInt(2);
        this.records = 500 + simulation.random().nextInt(6000);
        this.keys = 1 + simulation.random().nextInt(200);
        double slow = simulation.random().nextDouble();
        this.slowestStep = Duration.ofNanos((long) (1_000_000 + slow * slow * 1_500_000_000L));
    }

    @Override
    public void close() {
        SimulatedFileSystemProvider.remove(authority);
    }

    // ------------------------------------------------------------------ the job

    /** A number and the key that it counts for. */
    private static final class KeyOf implements MapFunction<Long, Tuple2<Long, Long>> {
        private static final long serialVersionUID = 1;
        private final long keys;

        KeyOf(long keys) {
            this.keys = keys;
        }

        @Override
        public Tuple2<Long, Long> map(Long number) {
            return Tuple2.of(number % keys, number);
        }
    }

    /** Takes the graph of a program instead of running it. */
    private static final class Capture implements JobExecutor {
        private final JobPlanner planner;
        private final String jobId;
        private JobGraph graph;

        Capture(int parallelism, String jobId) {
            this.planner = new JobPlanner(ParsedConfiguration.empty(), parallelism);
            this.jobId = jobId;
        }

        @Override
        public JobExecutionResult execute(Pipeline pipeline) {
            graph = planner.jobGraph(pipeline, jobId);
            return new JobExecutionResult(jobId, 0);
        }

        @Override
        public String explain(Pipeline pipeline) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int defaultParallelism() {
            return planner.defaultParallelism();
        }
    }

    /** Sums numbers by key, and writes a line for each key. */
    JobGraph graph(String jobId, Map<String, String> restarts) {
        Capture capture = new Capture(parallelism, jobId);
        try (ExecutorContext.Scope scope = ExecutorContext.setForThread(capture)) {
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
            env.setRuntimeMode(RuntimeExecutionMode.BATCH);
            env.fromSequence(1, records)
                    .rebalance()
                    .map(new KeyOf(keys))
                    .keyBy(0)
                    .sum(1)
                    .writeAsText(SimulatedFileSystemProvider.SCHEME + "://" + authority + OUTPUT);
            env.execute("simulated");
        } catch (Exception e) {
            throw new IllegalStateException("The program cannot be planned", e);
        }
        JobGraph planned = capture.graph;
        Map<String, String> configuration = new LinkedHashMap<>(planned.configuration());
        configuration.putAll(restarts);
        return new JobGraph(
                jobId, planned.jobName(), planned.vertices(), planned.edges(), configuration);
    }

    /** What the program must write, by a loop. */
    Map<String, List<String>> expectedOutput() {
        long[] sums = new long[keys];
        for (int number = 1; number <= records; number++) {
            sums[number % keys] += number;
        }
        List<String> lines = new ArrayList<>();
        for (int key = 0; key < keys; key++) {
            if (sums[key] > 0) {
                lines.add("(" + key + "," + sums[key] + ")");
            }
        }
        lines.sort(null);
        return Map.of(ALL_PARTS, lines);
    }

    // ------------------------------------------------------------------ files

    JobFiles files() {
        return files;
    }

    /** Lines of all parts, sorted; or null while the output does not claim to be complete. */
    Map<String, List<String>> visible() {
        if (seenChanges != fileSystem.changes()) {
            seenChanges = fileSystem.changes();
            visible =
                    fileSystem.lines(OUTPUT + "/_SUCCESS") == null
                            ? null
                            : Map.of(ALL_PARTS, visibleLines());
        }
        return visible;
    }

    private List<String> visibleLines() {
        List<String> lines = new ArrayList<>();
        for (String part : visibleParts()) {
            lines.addAll(fileSystem.lines(OUTPUT + "/" + part));
        }
        lines.sort(null);
        return lines;
    }

    private List<String> visibleParts() {
        return fileSystem.names(OUTPUT).stream().filter(name -> !name.startsWith("_")).toList();
    }

    private void callFiles(Runnable call) {
        simulation.between(Duration.ofMillis(1), Duration.ofMillis(500), call);
    }

    private void trouble() throws IOException {
        if (simulation.chance(faults.fileFailure() / 20)) {
            throw new IOException("file system away");
        }
    }

    // ------------------------------------------------------------------ workers

    void workerStarts(SimulatedWorker worker) {
        planes.put(worker.id(), new Plane(worker));
    }

    Subtasks.RunningSubtask start(
            SimulatedWorker worker, TaskDeployment deployment, Subtasks.Listener listener) {
        Plane plane = planes.get(worker.id());
        plane.live.put(deployment.attempt(), deployment);
        return plane.subtasks.start(
                deployment,
                new Subtasks.Listener() {
                    @Override
                    public void running(TaskDeployment running) {
                        listener.running(running);
                    }

                    @Override
                    public void snapshotTaken(long checkpointId, SubtaskSnapshot snapshot) {
                        listener.snapshotTaken(checkpointId, snapshot);
                    }

                    @Override
                    public void snapshotFailed(
                            TaskDeployment failed, long checkpointId, Failure failure) {
                        listener.snapshotFailed(failed, checkpointId, failure);
                    }

                    @Override
                    public void ended(TaskDeployment ended, SubtaskEnd end) {
                        plane.live.remove(ended.attempt());
                        if (end instanceof SubtaskEnd.Finished) {
                            invariants.finished(ended);
                        } else if (end instanceof SubtaskEnd.Failed failed) {
                            invariants.failureIs(failed.failure());
                        }
                        simulation.tell(
                                worker.name(),
                                ended.attempt() + " ends: " + end.getClass().getSimpleName());
                        listener.ended(ended, end);
                    }
                });
    }

    /** All attempts that run, wherever. */
    List<Invariants.Live> live() {
        List<Invariants.Live> live = new ArrayList<>();
        for (Plane plane : planes.values()) {
            for (TaskDeployment deployment : plane.live.values()) {
                live.add(new Invariants.Live(deployment, plane.worker));
            }
        }
        return live;
    }

    /** In order, so that what it still owes to the network is settled, unless tasks run on it. */
    void workerLeft(SimulatedWorker worker) {
        Plane plane = planes.get(worker.id());
        if (plane.live.isEmpty()) {
            plane.left = true;
        } else {
            workerDied(worker);
        }
    }

    void workerDied(SimulatedWorker worker) {
        Plane plane = planes.get(worker.id());
        plane.live.clear();
        plane.subtasks.crash();
        network.kill(worker.id());
        pumpSoon();
    }

    /** Breaks the data connections between two workers that chance chooses. */
    void breakDataConnection() {
        List<String> alive = new ArrayList<>();
        for (Plane plane : planes.values()) {
            if (plane.worker.alive()) {
                alive.add(plane.worker.id());
            }
        }
        if (alive.size() < 2) {
            return;
        }
        String one = alive.remove(simulation.random().nextInt(alive.size()));
        String other = alive.get(simulation.random().nextInt(alive.size()));
        simulation.tell(one, "loses its data connection to " + other);
        network.disconnect(one, other, "the network");
        pumpSoon();
    }

    /**
     * What must be so when all is over.
     *
     * @param finished whether the job has finished
     * @param generations of attempts that were started; where there was more than one, ends of
     *     local channels whose other end never came may be left
     */
    void checkEnd(boolean finished, int generations) {
        invariants.check(
                finished || visibleParts().isEmpty(), "end-matches-output", visibleParts());
        for (Plane plane : planes.values()) {
            if (!plane.left) {
                continue;
            }
            invariants.check(
                    generations > 1 || plane.channels.openChannels() == 0,
                    "channels-closed",
                    plane.worker.name() + " has " + plane.channels.openChannels());
            invariants.check(
                    plane.pool.localPools() == 0,
                    "buffers-given-back",
                    plane.worker.name() + " has " + plane.pool);
            plane.pool.close();
        }
    }

    // ------------------------------------------------------------------ the data network

    private void pumpSoon() {
        if (!pumpSoon) {
            pumpSoon = true;
            simulation.between(
                    Duration.ofNanos(20_000),
                    Duration.ofMillis(2),
                    () -> {
                        pumpSoon = false;
                        pump();
                    });
        }
    }

    /** Lets the network do some of what it can do now. */
    private void pump() {
        network.advance(simulation.nowNanos() / 1_000_000 - network.nowMillis());
        boolean more = true;
        for (int i = simulation.random().nextInt(MOST_FRAMES_AT_ONCE); more && i >= 0; i--) {
            more = network.step(simulation.random());
        }
        if (more) {
            pumpSoon();
        }
        long next = network.nextTimerMillis();
        if (next >= 0 && next < pumpTimerMillis) {
            pumpTimerMillis = next;
            simulation.at(
                    next * 1_000_000 - simulation.nowNanos(),
                    () -> {
                        if (pumpTimerMillis == next) {
                            pumpTimerMillis = Long.MAX_VALUE;
                        }
                        pump();
                    });
        }
    }

    /** A network that silently loses a record now and then. */
    private final class LosesRecords implements Channels {
        private final Channels real;

        LosesRecords(Channels real) {
            this.real = real;
        }

        @Override
        public OutputChannel openOutput(
                ChannelId id,
                WorkerAddress reader,
                TypeSerializer<Object> serializer,
                Wakeup writer) {
            OutputChannel whole = real.openOutput(id, reader, serializer, writer);
            return (OutputChannel)
                    Proxy.newProxyInstance(
                            RealTasks.class.getClassLoader(),
                            new Class<?>[] {OutputChannel.class},
                            (proxy, method, arguments) -> {
                                if (method.getName().equals("write") && simulation.chance(0.002)) {
                                    return null;
                                }
                                try {
                                    return method.invoke(whole, arguments);
                                } catch (InvocationTargetException e) {
                                    throw e.getCause();
                                }
                            });
        }

        @Override
        public InputChannel openInput(
                ChannelId id,
                WorkerAddress writer,
                TypeSerializer<Object> serializer,
                Wakeup reader) {
            return real.openInput(id, writer, serializer, reader);
        }

        @Override
        public void release(AttemptId attempt) {
            real.release(attempt);
        }
    }
}
