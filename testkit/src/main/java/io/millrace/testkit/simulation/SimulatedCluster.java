package io.millrace.testkit.simulation;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.SavepointRecord;
import io.millrace.runtime.control.ControlCodec;
import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.FromClient;
import io.millrace.runtime.control.ToClient;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobEdge.Pattern;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.JobVertex.FileInput;
import io.millrace.runtime.graph.JobVertex.FileOutput;
import io.millrace.runtime.master.JobFiles;
import io.millrace.runtime.master.JobIntent;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import io.millrace.runtime.master.MasterSettings;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.RestartStrategy;
import io.millrace.runtime.schedule.SlotSharing;
import io.millrace.runtime.task.Subtasks;
import io.millrace.runtime.task.TaskDeployment;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One application on a cluster, from its submission to its end, under a seed that decides all: the
 * job, its workers, what goes wrong and when.
 *
 * <p>Threads: one. Two of the same seed do the same.
 */
public final class SimulatedCluster {
    private static final Duration TIME_AFTER_FAULTS = Duration.ofMinutes(30);
    private static final Duration TIME_TO_SWEEP = Duration.ofMinutes(3);

    /** How long the resource manager waits for a master that is silent. */
    private static final Duration MASTER_EXPIRY = Duration.ofSeconds(20);

    private final long seed;
    private final Trouble trouble;
    private final Tasks kind;
    private final Random random;
    private final Simulation simulation;
    private final Faults faults;
    private final Invariants invariants;
    private final SimulatedNetwork network;
    private final SimulatedStore store;
    private final SimulatedFiles files;
    private final SimulatedCheckpoints checkpoints;
    private final SimulatedContainers containers;

    /** Or null where subtasks are modelled. */
    private final RealTasks realTasks;

    private final int slotsPerWorker;
    private final int restarts;
    private final Duration meanFaultPause;

    /** How soon tasks write their lines: long jobs see many faults, short ones end among them. */
    private final double lineChance;

    private final Duration faultTime;
    private final JobGraph graph;
    private final int neededWorkers;

    private final Map<Integer, SimulatedMaster> masters = new TreeMap<>();
    private final Map<String, SimulatedWorker> workers = new LinkedHashMap<>();
    private final Map<AttemptId, SimulatedTask> tasks = new LinkedHashMap<>();
    private final Map<String, Integer> epochOfConnection = new LinkedHashMap<>();
    private final Set<String> starts = new TreeSet<>();
    private SimulatedMaster current;
    private boolean cancelAsked;
    private boolean restartsSpent;
    private JobResult result;
    private int faultsMade;
    private int lastEpochStarted;
    private int savepointsAnswered;
    private int stopsAnswered;

    /** What runs in the workers. */
    enum Tasks {
        /** {@link SimulatedTask}: any graph, quickly. */
        MODELLED,
        /** {@link RealTasks}: the engine's own, with real records. */
        REAL,
        /** These with checkpoints. */
        CHECKPOINTED
    }

    /** What goes wrong. */
    enum Trouble {
        /** Whatever may. */
        ANY,
        /** Masters are killed and paused, and the record does not answer; all else is well. */
        ONLY_MASTERS_DIE
    }

    /**
     * @param breaker the rule that is taken away, or NONE
     */
    SimulatedCluster(long seed, Tasks kind, Trouble trouble, Faults.Breaker breaker) {
        this.seed = seed;
        this.trouble = trouble;
        this.kind = kind;
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        this.simulation = new Simulation(random);
        this.faults = new Faults(breaker, trouble);
        this.invariants = new Invariants(simulation);
        this.network = new SimulatedNetwork(simulation, faults);
        this.store = new SimulatedStore(simulation, faults, this::written, this::believed);
        this.files = new SimulatedFiles(simulation, faults, this::visible);
        this.checkpoints = new SimulatedCheckpoints(simulation, faults, invariants);
        this.containers = new SimulatedContainers(simulation, faults, this);
        this.realTasks =
                kind == Tasks.MODELLED
                        ? null
                        : new RealTasks(
                                simulation,
                                faults,
                                invariants,
                                kind == Tasks.REAL
                                        ? SimulatedProgram.Kind.FILES
                                        : SimulatedProgram.Kind.CHECKPOINTED,
                                seed);
        if (kind == Tasks.CHECKPOINTED) {
            invariants.checkpointsAreTaken();
        }
        if (trouble == Trouble.ONLY_MASTERS_DIE) {
            invariants.onlyMastersDie();
        }
        this.slotsPerWorker = realTasks == null ? 1 + random.nextInt(3) : 1;
        boolean fewRestarts = simulation.chance(0.1);
        this.restarts = fewRestarts && trouble == Trouble.ANY ? random.nextInt(3) : 1000;
        this.meanFaultPause =
                Duration.ofMillis(
                        simulation.nanosBetween(Duration.ofSeconds(3), Duration.ofSeconds(20))
                                / 1_000_000);
        this.lineChance = 0.03 + 0.3 * random.nextDouble() * random.nextDouble();
        this.faultTime =
                Duration.ofNanos(
                        simulation.nanosBetween(Duration.ofSeconds(20), Duration.ofSeconds(150)));
        if (realTasks == null) {
            this.graph = randomGraph();
            this.invariants.graphIs(graph);
        } else {
            this.graph = realTasks.program().graph(jobId(), restartConfiguration());
            this.invariants.graphIs(graph, realTasks.program().expectedOutput());
        }
        int slots = SlotSharing.slotsOf(graph).size();
        this.neededWorkers = (slots + slotsPerWorker - 1) / slotsPerWorker;
    }

    /**
     * What became of a simulation.
     *
     * @param starts of regions, by all masters
     * @param lastEpochStarted epoch of the newest attempt that was started
     * @param checkpoints that became complete
     * @param savepoints that somebody was told of
     * @param stops of them with which the job was to end
     * @param hash of all that happened, in its order
     */
    public record Outcome(
            JobState state,
            int starts,
            int masters,
            int faults,
            int checkpoints,
            int lastEpochStarted,
            int savepoints,
            int stops,
            long events,
            long hash) {}

    /**
     * Runs it to its end.
     *
     * @throws AssertionError naming the invariant that does not hold, the seed, and what happened
     *     before
     */
    public static Outcome run(long seed) {
        return run(seed, Tasks.MODELLED, Trouble.ANY, Faults.Breaker.NONE);
    }

    /** The same with the engine's own subtasks in the workers. */
    public static Outcome runWithRealTasks(long seed) {
        return run(seed, Tasks.REAL, Trouble.ANY, Faults.Breaker.NONE);
    }

    /** These with checkpoints. */
    public static Outcome runWithCheckpoints(long seed) {
        return run(seed, Tasks.CHECKPOINTED, Trouble.ANY, Faults.Breaker.NONE);
    }

    static Outcome run(long seed, Tasks kind, Trouble trouble, Faults.Breaker breaker) {
        SimulatedCluster cluster = new SimulatedCluster(seed, kind, trouble, breaker);
        try {
            return cluster.run();
        } finally {
            if (cluster.realTasks != null) {
                cluster.realTasks.close();
            }
        }
    }

    private Outcome run() {
        try {
            runToEnd();
        } catch (Invariants.Violation e) {
            throw new AssertionError(
                    "Seed " + seed + ": " + e.getMessage() + "\n" + simulation.trace(), e);
        } catch (RuntimeException e) {
            throw new AssertionError("Seed " + seed + ": " + e + "\n" + simulation.trace(), e);
        }
        return new Outcome(
                result.state(),
                starts.size(),
                masters.size(),
                faultsMade,
                invariants.completeCheckpoints(),
                lastEpochStarted,
                savepointsAnswered,
                stopsAnswered,
                simulation.handled(),
                simulation.hash());
    }

    private void runToEnd() {
        startMaster(1);
        scheduleFault();
        simulation.after(faultTime, faults::stop);
        if (simulation.chance(trouble == Trouble.ANY ? 0.15 : 0)) {
            simulation.between(Duration.ZERO, faultTime, this::askForCancel);
        }
        if (kind == Tasks.CHECKPOINTED) {
            wishForSavepoints();
        }
        long limit = faultTime.plus(TIME_AFTER_FAULTS).toNanos();
        while (result == null) {
            boolean any = simulation.step();
            invariants.check(
                    any && simulation.nowNanos() < limit,
                    "ends-in-time",
                    "still not ended",
                    any ? "events go on" : "no more events");
        }
        long sweepLimit = simulation.nowNanos() + TIME_TO_SWEEP.toNanos();
        while (simulation.nowNanos() < sweepLimit && simulation.step()) {
            // whoever lives on must not change anything
        }
        invariants.visibleIs(visible());
        for (SimulatedWorker worker : workers.values()) {
            invariants.check(!worker.alive(), "all-returned", worker.name() + " lives on");
        }
        for (Invariants.Live attempt : live()) {
            invariants.check(false, "all-returned", attempt.deployment().attempt());
        }
        if (realTasks != null) {
            realTasks.checkEnd(result.state() == JobState.FINISHED, starts.size());
        }
    }

    // ------------------------------------------------------------------ the job

    private JobGraph randomGraph() {
        int length = 1 + random.nextInt(3);
        // beyond it is a region of its own
        int cut = simulation.chance(0.3) ? random.nextInt(length) : length;
        List<JobVertex> vertices = new ArrayList<>();
        List<JobEdge> edges = new ArrayList<>();
        for (int v = 0; v < length; v++) {
            boolean sink = v == length - 1 || v == cut;
            vertices.add(
                    new JobVertex(
                            v,
                            "v" + v,
                            1 + random.nextInt(4),
                            128,
                            simulation.chance(0.8) ? "default" : "own",
                            new byte[] {1, 2, 3},
                            v == 0 ? List.of(new FileInput(0, "sim:/in")) : List.of(),
                            sink
                                    ? List.of(new FileOutput(v, SimulatedFiles.folder(v), false))
                                    : List.of()));
            if (v > 0 && v - 1 != cut) {
                edges.add(
                        new JobEdge(
                                v - 1,
                                v - 1,
                                v,
                                0,
                                simulation.chance(0.5) ? Pattern.ALL_TO_ALL : Pattern.POINTWISE,
                                "HASH"));
            }
        }
        return new JobGraph(jobId(), "simulated", vertices, edges, restartConfiguration());
    }

    private String jobId() {
        return String.format("%032x", seed);
    }

    private Map<String, String> restartConfiguration() {
        return Map.of(
                "restart-strategy.type",
                "fixed-delay",
                "restart-strategy.fixed-delay.attempts",
                Integer.toString(restarts),
                "restart-strategy.fixed-delay.delay",
                "1 s");
    }

    JobGraph graph() {
        return graph;
    }

    boolean hasOutput(int vertex) {
        return !graph.vertex(vertex).outputs().isEmpty();
    }

    private void written(String name, byte[] content) {
        if (faults.breaker() == Faults.Breaker.NO_STOP_ON_RECORD
                && name.startsWith("intent-stop-")) {
            // when what is to be stopped may stand still or have come to its end
            killSoon(Duration.ofSeconds(10));
        }
        if (name.startsWith("chk-")) {
            invariants.checkpointRecorded(Long.parseLong(name.substring("chk-".length())));
        }
        if (name.startsWith("savepoint-")) {
            invariants.savepointRecorded((SavepointRecord) decoded(name, content));
        }
        if (name.startsWith("intent-commit-")) {
            invariants.commitRecorded(((JobIntent) decoded(name, content)).runs());
        }
    }

    /**
     * A breaker shows when a master dies right after it has relied on what it takes away; chance
     * alone would bring that under one seed of hundreds.
     */
    private void believed(String name) {
        boolean often = name.startsWith("coord-");
        if (!faults.stopped() && (!often || simulation.chance(0.05))) {
            killSoon(Duration.ofSeconds(2));
        }
    }

    private void killSoon(Duration most) {
        SimulatedMaster master = current;
        simulation.between(
                Duration.ZERO,
                most,
                () -> {
                    if (master != null && master == current) {
                        kill(master);
                    }
                });
    }

    private static Object decoded(String name, byte[] content) {
        try {
            return new ControlCodec().decode(content);
        } catch (IOException e) {
            throw new IllegalStateException(name + " cannot be read", e);
        }
    }

    private void visible(String folder, String run) {
        invariants.becameVisible(folder, run);
    }

    void afterEvent() {
        Map<String, List<String>> visible = visible();
        if (visible != null) {
            invariants.visibleIs(visible);
        }
    }

    /** Complete output, or null while there is none. */
    private Map<String, List<String>> visible() {
        return realTasks == null ? files.visible() : realTasks.visible();
    }

    void checkContainers(SimulatedMaster master, int count) {
        invariants.check(
                count <= neededWorkers,
                "no-more-containers-than-needed",
                master.name() + " holds or asks for " + count + ", needs " + neededWorkers);
    }

    // ------------------------------------------------------------------ parts

    Invariants invariants() {
        return invariants;
    }

    SimulatedNetwork network() {
        return network;
    }

    SimulatedStore store() {
        return store;
    }

    SimulatedFiles files() {
        return files;
    }

    SimulatedCheckpoints checkpoints() {
        return checkpoints;
    }

    JobFiles jobFiles() {
        return realTasks == null ? files : realTasks.files();
    }

    /** The master that the resource manager talks to, or null while there is none. */
    SimulatedMaster current() {
        return current;
    }

    double lineChance() {
        return lineChance;
    }

    SimulatedTask task(AttemptId attempt) {
        return tasks.get(attempt);
    }

    // ------------------------------------------------------------------ masters

    private void startMaster(int epoch) {
        if (result != null) {
            return;
        }
        simulation.tell("yarn", "starts attempt " + epoch);
        MasterSettings settings =
                MasterSettings.defaults(
                                "app",
                                epoch,
                                "master-" + epoch,
                                slotsPerWorker,
                                new RestartStrategy.Spec.None())
                        .withHeartbeat(Duration.ofSeconds(2), Duration.ofSeconds(10))
                        .withTimeouts(
                                Duration.ofSeconds(30),
                                faults.previousTimeout(),
                                Duration.ofSeconds(15),
                                Duration.ofSeconds(3))
                        .withMaxStartFailures(10);
        SimulatedMaster master =
                new SimulatedMaster(this, simulation, faults, settings, containers.portOf(epoch));
        masters.put(epoch, master);
        current = master;
        containers.attemptBegins(epoch);
    }

    private void masterGone(SimulatedMaster master, Duration most) {
        if (current == master && result == null) {
            current = null;
            simulation.between(Duration.ofSeconds(1), most, () -> startMaster(master.epoch() + 1));
        }
    }

    private void kill(SimulatedMaster master) {
        simulation.tell(master.name(), "is killed");
        master.process().kill();
        network.died(master);
        masterGone(master, Duration.ofSeconds(10));
    }

    /** It has found out that it is fenced. */
    void exits(SimulatedMaster master) {
        master.process().kill();
        network.died(master);
        invariants.check(
                current != master || !faults.fenceHolds(),
                "ends-in-time",
                master.name() + " is fenced, but there is no newer one");
    }

    /** A master has all of the job running, as far as it knows. */
    void runs(SimulatedMaster master) {
        if (store.epoch() == master.epoch()) {
            invariants.allRun();
        }
    }

    /** A master gives the job up, or carries on with what one before it had given up. */
    void failing(int restartsMade) {
        // of each other region a start may be granted that is not made yet
        restartsSpent |= restartsMade + invariants.regions() - 1 >= restarts;
    }

    void applicationEnded(SimulatedMaster master, JobResult jobResult) {
        invariants.ended(jobResult, visible(), new Invariants.Expected(restartsSpent, cancelAsked));
        if (master == current && result == null) {
            invariants.check(
                    master.heldCount() == 0,
                    "all-returned",
                    master.name() + " has not given back " + master.heldCount());
            result = jobResult;
            current = null;
            faults.stop();
            containers.applicationEnded();
        }
        master.process().kill();
        network.died(master);
    }

    // ------------------------------------------------------------------ workers

    SimulatedWorker startWorker(String containerId) {
        simulation.tell(containerId, "starts");
        SimulatedWorker worker =
                new SimulatedWorker(this, simulation, faults, containerId, slotsPerWorker);
        workers.put(containerId, worker);
        if (realTasks != null) {
            realTasks.workerStarts(worker);
        }
        return worker;
    }

    /**
     * A worker looks for the newest master, and may find what was true a moment ago, but never an
     * older one than it has found before.
     */
    void connect(SimulatedWorker worker) {
        simulation.between(Duration.ofMillis(5), Duration.ofMillis(300), () -> tryConnect(worker));
    }

    private void tryConnect(SimulatedWorker worker) {
        if (!worker.alive()) {
            return;
        }
        int newest = store.epoch();
        boolean stale = newest > 1 && !faults.stopped() && simulation.chance(0.2);
        int epoch = worker.finds(stale ? newest - 1 : newest);
        SimulatedMaster master = masters.get(epoch);
        if (master == null || !store.has("address-" + epoch) || !master.alive()) {
            worker.notConnected("nobody at the address of epoch " + epoch);
        } else if (master.process().paused()) {
            simulation.after(
                    Duration.ofSeconds(3), () -> worker.notConnected("no answer in the handshake"));
        } else {
            String label = worker.id() + ">" + master.epoch();
            epochOfConnection.put(label, epoch);
            String connection = network.open(master, worker, label);
            master.connectedBy(connection, worker.id());
        }
    }

    int epochOf(String connection) {
        return epochOfConnection.get(connection.substring(0, connection.indexOf('#')));
    }

    Subtasks.RunningSubtask startTask(
            SimulatedWorker worker, TaskDeployment deployment, Subtasks.Listener listener) {
        invariants.started(deployment, worker, live(), masters.get(deployment.attempt().epoch()));
        starts.add(deployment.run());
        lastEpochStarted = Math.max(lastEpochStarted, deployment.attempt().epoch());
        if (realTasks != null) {
            return realTasks.start(worker, deployment, listener);
        }
        SimulatedTask task =
                new SimulatedTask(simulation, faults, this, worker, deployment, listener);
        tasks.put(deployment.attempt(), task);
        return task;
    }

    /** Something for a subtask's operator has come to its worker; returns what the worker gets. */
    ToWorker.OperatorEvent received(ToWorker.OperatorEvent event) {
        return realTasks == null ? event : realTasks.received(event);
    }

    private List<Invariants.Live> live() {
        if (realTasks != null) {
            return realTasks.live();
        }
        List<Invariants.Live> live = new ArrayList<>();
        for (SimulatedTask task : tasks.values()) {
            if (task.live()) {
                live.add(new Invariants.Live(task.deployment(), task.worker()));
            }
        }
        return live;
    }

    void workerLeft(SimulatedWorker worker, String reason) {
        simulation.tell(worker.name(), "leaves: " + reason);
        if (realTasks != null) {
            realTasks.workerLeft(worker);
        }
        processGone(worker);
        containers.exited(worker, "exit status 0: " + reason);
    }

    /** By the node manager. */
    void killed(SimulatedWorker worker, String cause) {
        simulation.tell(worker.name(), "is killed: " + cause);
        died(worker);
    }

    private void died(SimulatedWorker worker) {
        if (realTasks != null) {
            realTasks.workerDied(worker);
        }
        processGone(worker);
    }

    private void processGone(SimulatedWorker worker) {
        worker.process().kill();
        network.died(worker);
        for (SimulatedTask task : tasks.values()) {
            if (task.worker() == worker) {
                task.workerDied();
            }
        }
    }

    // ------------------------------------------------------------------ what goes wrong

    private void scheduleFault() {
        double mean = meanFaultPause.toNanos();
        simulation.at((long) (-Math.log(1 - random.nextDouble()) * mean), this::fault);
    }

    private void fault() {
        if (faults.stopped()) {
            return;
        }
        faultsMade++;
        double kind = random.nextDouble();
        if (trouble == Trouble.ONLY_MASTERS_DIE) {
            kind = 0.65 + kind * 0.35;
        }
        SimulatedWorker worker = anyWorker();
        if (kind < 0.35) {
            network.breakOne();
        } else if (kind < 0.42 && realTasks != null) {
            realTasks.breakDataConnection();
        } else if (kind < 0.5 && worker != null) {
            simulation.tell(worker.name(), "is killed");
            died(worker);
            containers.exited(worker, "exit status 137: killed");
        } else if (kind < 0.6 && worker != null) {
            worker.process().pause(pause(30));
        } else if (kind < 0.65 && worker != null) {
            containers.loseNode(worker);
        } else if (kind < 0.8 && current != null) {
            kill(current);
        } else if (current != null) {
            pauseMaster(current);
        }
        scheduleFault();
    }

    private Duration pause(int mostSeconds) {
        return Duration.ofNanos(
                simulation.nanosBetween(Duration.ofMillis(100), Duration.ofSeconds(mostSeconds)));
    }

    /** If it is paused for long, another is started beside it. */
    private void pauseMaster(SimulatedMaster master) {
        Duration pause = pause(50);
        master.process().pause(pause);
        if (pause.compareTo(MASTER_EXPIRY) > 0) {
            simulation.after(MASTER_EXPIRY, () -> masterGone(master, Duration.ofSeconds(3)));
        }
    }

    private SimulatedWorker anyWorker() {
        List<SimulatedWorker> alive = new ArrayList<>();
        for (SimulatedWorker worker : workers.values()) {
            if (worker.alive()) {
                alive.add(worker);
            }
        }
        return alive.isEmpty() ? null : alive.get(random.nextInt(alive.size()));
    }

    // ------------------------------------------------------------------ the client

    private void askForCancel() {
        if (result != null) {
            return;
        }
        SimulatedMaster master = current;
        if (master != null && master.alive() && !master.process().paused()) {
            cancelAsked = true;
            SimulatedNetwork.End client = new Client();
            String label = "client>" + master.epoch();
            epochOfConnection.put(label, master.epoch());
            String connection = network.open(master, client, label);
            master.connectedBy(connection, "client");
            network.outboxOf(client).send(connection, new FromClient.CancelJob("r1", ""));
        }
        simulation.after(Duration.ofSeconds(10), this::askForCancel);
    }

    /** Some savepoints, and often one to end with. */
    private void wishForSavepoints() {
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            wish(CheckpointKind.SAVEPOINT, "savepoint-" + i);
        }
        if (simulation.chance(0.4)) {
            // with a drain that a master's death breaks off, all starts again
            double keeping = trouble == Trouble.ONLY_MASTERS_DIE ? 1 : 0.6;
            wish(simulation.chance(keeping) ? CheckpointKind.STOP : CheckpointKind.DRAIN, "stop");
        }
    }

    private void wish(CheckpointKind savepoint, String request) {
        simulation.between(Duration.ZERO, faultTime, () -> wishNow(savepoint, request));
    }

    private void wishNow(CheckpointKind savepoint, String request) {
        if (savepoint.endsJob()) {
            invariants.stopWished(request);
        }
        ask(
                new SavepointClient(
                        simulation,
                        savepoint,
                        request,
                        answer -> answered(savepoint, request, answer)));
    }

    private void answered(
            CheckpointKind savepoint, String request, ToClient.SavepointEnded answer) {
        if (!answer.path().isEmpty()) {
            savepointsAnswered++;
            stopsAnswered += savepoint.endsJob() ? 1 : 0;
            realTasks.checkSavepoint(answer.path());
        } else if (savepoint.endsJob()) {
            invariants.stopRefused(request);
            if (simulation.chance(0.5)) {
                simulation.between(
                        Duration.ZERO,
                        Duration.ofSeconds(5),
                        () -> wishNow(savepoint, request + "-again"));
            }
        }
    }

    private void ask(SavepointClient client) {
        if (result != null || client.isAnswered()) {
            return;
        }
        SimulatedMaster master = current;
        if (master != null && master.alive() && !master.process().paused()) {
            String label = "client>" + master.epoch();
            epochOfConnection.put(label, master.epoch());
            String connection = network.open(master, client, label);
            master.connectedBy(connection, "client");
            network.outboxOf(client).send(connection, client.message(realTasks.savepoints()));
        }
        simulation.after(Duration.ofSeconds(10), () -> ask(client));
    }

    private final class Client implements SimulatedNetwork.End {
        @Override
        public boolean alive() {
            return true;
        }

        @Override
        public void connected(String connection) {}

        @Override
        public void received(String connection, ControlMessage message) {
            simulation.tell("client", Describe.message(message));
        }

        @Override
        public void disconnected(String connection, String cause) {}
    }
}
