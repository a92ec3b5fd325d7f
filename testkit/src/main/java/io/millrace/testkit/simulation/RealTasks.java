package io.millrace.testkit.simulation;

import io.millrace.api.tuple.Tuple2;
import io.millrace.api.tuple.Tuple3;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.StatePart;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.coordinate.SourceMessages;
import io.millrace.runtime.coordinate.ToReader;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.exchange.WorkerChannels;
import io.millrace.runtime.file.TextOutputFiles;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.master.JobFiles;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.memory.NetworkBufferPool;
import io.millrace.runtime.network.DataNetworkSettings;
import io.millrace.runtime.network.InMemoryNetwork;
import io.millrace.runtime.network.Secret;
import io.millrace.runtime.operator.Alarms;
import io.millrace.runtime.operator.OperatorPorts;
import io.millrace.runtime.operator.SubtaskContext;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.task.SteppedSubtasks;
import io.millrace.runtime.task.SubtaskEnd;
import io.millrace.runtime.task.SubtaskMetrics;
import io.millrace.runtime.task.Subtasks;
import io.millrace.runtime.task.Subtasks.RunningSubtask;
import io.millrace.runtime.task.TaskDeployment;
import io.millrace.runtime.worker.ManagedStores;
import io.millrace.runtime.worker.WorkerAddress;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All that records pass through, as it is in a real worker: the engine's subtasks running a program
 * of the API, its channels over a simulated data network, its text sink and its commit on files in
 * memory. Takes the place of {@link SimulatedTask} and {@link SimulatedFiles}.
 *
 * <p>What they run is {@link SimulatedProgram}, what its savepoints must hold is in {@link
 * SavedNumbers}. In order here: what one worker's records pass through; files; workers and their
 * subtasks; what must be so at the end; the data network.
 *
 * <p>Threads: one.
 */
final class RealTasks implements AutoCloseable {
    /** Few and small, so that writers wait for room. */
    private static final int SEGMENTS = 128;

    private static final int SEGMENT_BYTES = 256;
    private static final int WINDOW_FRAMES = 4;
    private static final int LOCAL_BOUND_CHUNKS = 2;
    private static final long LOCAL_GATE_BYTES = 64 << 10;
    private static final List<Path> LOCAL_DISK =
            List.of(Path.of(System.getProperty("java.io.tmpdir")));
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
    private final CommittedNumbers committed;
    private final SimulatedProgram program;
    private final SavedNumbers saved;
    private final AlignedReaders aligned;
    private final InMemoryNetwork network = new InMemoryNetwork(WINDOW_FRAMES);
    private final Map<String, Plane> planes = new LinkedHashMap<>();

    /** What each subtask of a sink has told when it finished, and in which generation. */
    private final Map<String, Told> told = new LinkedHashMap<>();

    private record Told(Generation generation, TellingSink.Closed closed) {}

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

        /** For all stores of keyed state, closed or not. */
        private final ManagedMemory memory = new ManagedMemory(program.managedBytes());

        private final List<KeyedStateStore> stores = new ArrayList<>();

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
                                    .withTimeouts(
                                            CONNECT_MILLIS * faults.patience(),
                                            OPEN_MILLIS * faults.patience(),
                                            LINGER_MILLIS * faults.patience()),
                            pool);
            this.channels =
                    new WorkerChannels(
                            worker.id(),
                            faults.breaker() == Faults.Breaker.LOST_RECORD
                                    ? new LosesRecords(remote)
                                    : remote,
                            LOCAL_BOUND_CHUNKS,
                            LOCAL_GATE_BYTES);
            JobClasses classes = new JobClasses(RealTasks.class.getClassLoader());
            this.subtasks =
                    new SteppedSubtasks(
                            channels,
                            job -> classes,
                            new OperatorPorts(
                                    () -> simulation.nowNanos() / 1_000_000,
                                    this::alarm,
                                    this::open),
                            this::later);
        }

        private KeyedStateStore open(
                SubtaskContext subtask, String operatorName, TypeInformation<?> keyType) {
            KeyedStateStore store =
                    new ManagedStores(memory, () -> simulation.nowNanos() / 1_000_000, LOCAL_DISK)
                            .open(subtask, operatorName, keyType);
            stores.add(store);
            return store;
        }

        /** Nothing of the process is left, its memory least of all. */
        private void die() {
            subtasks.crash();
            stores.forEach(KeyedStateStore::close);
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
            Duration most = faults.slowestStep(program.slowestStep());
            simulation.between(Duration.ofNanos(50_000), most, () -> goOn(step));
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

    RealTasks(
            Simulation simulation,
            Faults faults,
            Invariants invariants,
            SimulatedProgram.Kind kind,
            long seed) {
        this.simulation = simulation;
        this.faults = faults;
        this.invariants = invariants;
        this.authority = "seed-" + seed;
        this.fileSystem = new SimulatedFileSystem(this::trouble);
        SimulatedFileSystemProvider.put(authority, fileSystem);
        this.files = new TextOutputFiles(this::callFiles);
        this.committed = new CommittedNumbers(new Random(seed), () -> faults.taskFailure() / 2);
        CommittedNumbers.put(authority, committed);
        this.program = new SimulatedProgram(kind, authority, seed, simulation.random());
        this.aligned = new AlignedReaders(simulation::nowNanos, SimulatedProgram.WATERMARK_EVERY);
        if (program.alignsReaders() && faults.onlyMastersDie()) {
            AlignedReaders.put(authority, aligned);
        }
        this.saved = new SavedNumbers(simulation, invariants, program);
    }

    @Override
    public void close() {
        SimulatedFileSystemProvider.remove(authority);
        program.close();
        CommittedNumbers.remove(authority);
        AlignedReaders.remove(authority);
    }

    // ------------------------------------------------------------------ the program

    /** What they run. */
    SimulatedProgram program() {
        return program;
    }

    /** Where savepoints go. */
    String savepoints() {
        return program.folder("/savepoints");
    }

    /** Something for a reader has come to its worker; returns what the worker gets. */
    ToWorker.OperatorEvent received(ToWorker.OperatorEvent event) {
        try {
            if (SourceMessages.readToReader(event.event()) instanceof ToReader.AlignTo align) {
                aligned.told(event.uid(), event.attempt().subtask(), align.maxWatermarkMillis());
                if (faults.breaker() == Faults.Breaker.NO_ALIGNMENT) {
                    return new ToWorker.OperatorEvent(
                            event.epoch(),
                            event.attempt(),
                            event.uid(),
                            SourceMessages.write(new ToReader.AlignTo(Long.MAX_VALUE)));
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("Nobody can read what comes for a reader", e);
        }
        return event;
    }

    /** Somebody was told that it is complete. */
    void checkSavepoint(String path) {
        saved.check(path);
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
                    fileSystem.lines(SimulatedProgram.OUTPUT + "/_SUCCESS") == null
                            ? null
                            : Map.of(SimulatedProgram.ALL_PARTS, visibleLines());
        }
        return visible;
    }

    private List<String> visibleLines() {
        List<String> lines = new ArrayList<>();
        for (String part : visibleParts()) {
            lines.addAll(fileSystem.lines(SimulatedProgram.OUTPUT + "/" + part));
        }
        lines.sort(null);
        return lines;
    }

    private List<String> visibleParts() {
        return fileSystem.names(SimulatedProgram.OUTPUT).stream()
                .filter(name -> !name.startsWith("_"))
                .toList();
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

    /** As it would be if both ends of a channel saved what lies in it, or neither did. */
    private TaskDeployment faulty(TaskDeployment deployment) {
        List<RestoredState.InFlight> edges = deployment.restored().edges();
        if (faults.breaker() == Faults.Breaker.LOST_IN_FLIGHT) {
            edges = List.of();
        } else if (faults.breaker() == Faults.Breaker.DOUBLED_IN_FLIGHT) {
            edges = Stream.concat(edges.stream(), edges.stream()).toList();
        } else if (faults.breaker() == Faults.Breaker.LOST_COMBINED) {
            edges = edges.stream().map(RealTasks::withoutCombined).toList();
        }
        return deployment.with(deployment.restored().with(edges));
    }

    /**
     * A writer keeps what it combines, and then what its channels hold: of two parts of a channel
     * that were kept where it is written the first one is that.
     */
    private static RestoredState.InFlight withoutCombined(RestoredState.InFlight edge) {
        List<RestoredState.Slice> left = new ArrayList<>();
        List<RestoredState.Slice> all = edge.channels();
        for (int i = 0; i < all.size(); i++) {
            StatePart part = all.get(i).part();
            boolean combined = false;
            for (RestoredState.Slice later : all.subList(i + 1, all.size())) {
                combined |=
                        part.kind() == StatePart.Kind.UNSENT
                                && later.part().kind() == StatePart.Kind.UNSENT
                                && later.part().firstGroup() == part.firstGroup()
                                && later.part().lastGroup() == part.lastGroup();
            }
            if (!combined) {
                left.add(all.get(i));
            }
        }
        return new RestoredState.InFlight(edge.edge(), edge.writers(), edge.readers(), left);
    }

    RunningSubtask start(
            SimulatedWorker worker, TaskDeployment deployment, Subtasks.Listener listener) {
        Plane plane = planes.get(worker.id());
        plane.live.put(deployment.attempt(), deployment);
        RunningSubtask running =
                plane.subtasks.start(
                        faulty(deployment),
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
                            public void operatorEvent(
                                    TaskDeployment telling, String uid, byte[] event) {
                                listener.operatorEvent(telling, uid, event);
                            }

                            @Override
                            public void inputEnded(TaskDeployment ended) {
                                listener.inputEnded(ended);
                            }

                            @Override
                            public void ended(TaskDeployment ended, SubtaskEnd end) {
                                plane.live.remove(ended.attempt());
                                if (end instanceof SubtaskEnd.Finished) {
                                    invariants.finished(ended);
                                    finished(ended);
                                } else if (end instanceof SubtaskEnd.Failed failed) {
                                    invariants.failureIs(failed.failure());
                                }
                                simulation.tell(
                                        worker.name(),
                                        ended.attempt()
                                                + " ends: "
                                                + end.getClass().getSimpleName());
                                listener.ended(ended, end);
                            }
                        });
        return new RunningSubtask() {
            @Override
            public TaskDeployment deployment() {
                return deployment;
            }

            @Override
            public void cancel() {
                running.cancel();
            }

            @Override
            public void triggerCheckpoint(StreamEvent.Barrier barrier) {
                invariants.checkpointTriggered(barrier);
                running.triggerCheckpoint(barrier);
            }

            @Override
            public void checkpointComplete(long checkpointId) {
                invariants.toldComplete(checkpointId);
                running.checkpointComplete(checkpointId);
            }

            @Override
            public void checkpointAborted(long checkpointId) {
                running.checkpointAborted(checkpointId);
            }

            @Override
            public void masterChanged(int epoch) {
                running.masterChanged(epoch);
            }

            @Override
            public void checkpointsAbortedBefore(int epoch) {
                running.checkpointsAbortedBefore(epoch);
            }

            @Override
            public void register(int link) {
                running.register(link);
            }

            @Override
            public void operatorEvent(String uid, byte[] event) {
                running.operatorEvent(uid, event);
            }

            @Override
            public SubtaskMetrics metrics() {
                return running.metrics();
            }
        };
    }

    /** A subtask that had finished in the checkpoint has told before, and is not closed again. */
    private void finished(TaskDeployment ended) {
        boolean sink = program.takesCheckpoints() && ended.outputs().isEmpty();
        boolean notOpened = ended.restored().finished() && ended.restored().operators().isEmpty();
        if (!sink || notOpened) {
            return;
        }
        String subtask = ended.attempt().vertex() + "/" + ended.attempt().subtask();
        Told before = told.get(subtask);
        if (before == null || isAtLeast(ended.generation(), before.generation())) {
            told.put(subtask, new Told(ended.generation(), program.toldLast()));
        }
    }

    private static boolean isAtLeast(Generation one, Generation other) {
        return one.epoch() != other.epoch()
                ? one.epoch() > other.epoch()
                : one.counter() >= other.counter();
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
        plane.die();
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
        invariants.check(
                committed.violations().isEmpty(),
                "each-record-committed-once",
                committed.violations().toArray());
        invariants.check(
                aligned.violations().isEmpty(),
                "no-reader-further-than-told",
                aligned.violations().toArray());
        if (finished && program.takesCheckpoints()) {
            Map<Long, Long> sums = toldSums();
            invariants.check(
                    sums.equals(committed.sums(program::keyOf)),
                    "committed-as-counted",
                    "told " + sums,
                    "committed " + committed.sums(program::keyOf));
            boolean stopped = invariants.stop() != null;
            List<SavedNumbers.Left> left =
                    stopped ? saved.read(invariants.stop().path()).left() : List.of();
            Map<Long, Long> expected = program.expectedSums(left);
            invariants.check(
                    sums.equals(expected),
                    "each-record-counted-once",
                    "told " + sums,
                    "expected " + expected);
            // windows that are open when a job is stopped stay open, unless it is drained
            String wrong =
                    program.wrongInWindows(
                            toldResults(),
                            left,
                            !stopped || invariants.stop().kind() == CheckpointKind.DRAIN);
            invariants.check(wrong == null, "each-record-in-one-window", wrong);
        }
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
            invariants.check(
                    plane.memory.lentBytes() == 0,
                    "managed-memory-given-back",
                    plane.worker.name() + " has " + plane.memory.lentBytes() + " bytes");
            plane.memory.close();
        }
    }

    @SuppressWarnings("unchecked") // by the names of the states
    private Map<Long, Long> toldSums() {
        Map<Long, Long> sums = new TreeMap<>();
        for (Object sum : told(SimulatedProgram.SUMS)) {
            Tuple2<Long, Long> pair = (Tuple2<Long, Long>) sum;
            sums.put(pair.f0, pair.f1);
        }
        return sums;
    }

    @SuppressWarnings("unchecked") // by the names of the states
    private List<WindowedSums.Result> toldResults() {
        return told(SimulatedProgram.RESULTS).stream()
                .map(result -> WindowedSums.Result.of((Tuple3<Long, Long, Long>) result))
                .toList();
    }

    private List<Object> told(String state) {
        List<Object> elements = new ArrayList<>();
        for (Told one : told.values()) {
            if (one.closed().state().equals(state)) {
                elements.addAll(one.closed().elements());
            }
        }
        return elements;
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
