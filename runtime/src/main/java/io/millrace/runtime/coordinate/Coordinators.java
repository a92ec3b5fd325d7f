package io.millrace.runtime.coordinate;

import io.millrace.runtime.checkpoint.CheckpointPorts;
import io.millrace.runtime.checkpoint.CoordinatorState;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.loop.Timers.Timer;
import io.millrace.runtime.schedule.AttemptId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * The coordinators of a job's sources.
 *
 * <p>What they tell readers is written ahead: an entry of the job record with all coordinators'
 * states, at most one in {@link #RECORD_PAUSE} and 16 MiB in a second, and then it is sent. Their
 * states are in each checkpoint: taken before the barriers begin, in the order in which the readers
 * will see it.
 *
 * <p>Threads: owned by the master's loop.
 */
public final class Coordinators implements CheckpointPorts.Sources {
    /** From the beginning of one entry to that of the next. */
    static final Duration RECORD_PAUSE = Duration.ofMillis(100);

    /** Large states are written less often. */
    private static final long RECORD_BYTES_PER_SECOND = 16 << 20;

    private final CoordinatorPorts ports;
    private final boolean checkpointed;
    private final List<SourceCoordinator> all = new ArrayList<>();

    /** Of the newest entry of the record, 0 if there is none. */
    private long sequence;

    /** What each coordinator had in the newest entry. */
    private final Map<String, CoordinatorRecord.Coordinator> recorded = new LinkedHashMap<>();

    private boolean writing;
    private long lastWriteNanos;
    private long pauseNanos = RECORD_PAUSE.toNanos();
    private Timer writeTimer;

    /** Counts starts: an answer that was asked for before one is known by it. */
    private int start;

    /** The checkpoint that waits for the coordinators, or null. */
    private Preparation preparation;

    private boolean pumping;
    private boolean pumpAgain;

    private static final class Preparation {
        private final Map<String, CoordinatorState> states = new LinkedHashMap<>();
        private final Consumer<List<CoordinatorState>> then;

        Preparation(Consumer<List<CoordinatorState>> then) {
            this.then = then;
        }
    }

    /**
     * @param checkpointed whether the job takes checkpoints
     * @param sequence number of the newest entry that the record has, 0 if it has none
     */
    public Coordinators(
            JobGraph graph, CoordinatorPorts ports, boolean checkpointed, long sequence) {
        this.ports = ports;
        this.checkpointed = checkpointed;
        this.sequence = sequence;
        this.lastWriteNanos = ports.clock().nanoTime() - RECORD_PAUSE.toNanos();
        Map<String, WatermarkGroup> groups = new LinkedHashMap<>();
        for (JobVertex vertex : graph.vertices()) {
            for (JobVertex.Coordinator spec : vertex.coordinators()) {
                WatermarkGroup group =
                        spec.alignment().isEnabled()
                                ? groups.computeIfAbsent(
                                        spec.alignment().group(),
                                        name -> new WatermarkGroup(name, ports))
                                : null;
                all.add(new SourceCoordinator(spec, vertex.id(), ports, group, this::pump));
            }
        }
    }

    // ------------------------------------------------------------------ begin and end

    /**
     * All subtasks of the job begin, from a checkpoint or with nothing.
     *
     * @param restored what the checkpoint has of coordinators; those that it does not have begin
     *     with nothing
     * @param checkpoint id of the newest complete checkpoint of this very job, 0 if there is none;
     *     the state may come from elsewhere
     * @param attempts of a vertex, in the order of its subtasks
     */
    public void start(
            List<CoordinatorState> restored,
            long checkpoint,
            Function<Integer, List<AttemptId>> attempts) {
        start(restored, checkpoint, attempts, vertex -> true);
    }

    /** The same of some vertices; those of the others go on. */
    public void start(
            List<CoordinatorState> restored,
            long checkpoint,
            Function<Integer, List<AttemptId>> attempts,
            IntPredicate vertices) {
        stop(vertices);
        for (SourceCoordinator coordinator : all) {
            if (vertices.test(coordinator.vertex())) {
                start(coordinator, restored, checkpoint, attempts);
            }
        }
        pump();
    }

    private static void start(
            SourceCoordinator coordinator,
            List<CoordinatorState> restored,
            long checkpoint,
            Function<Integer, List<AttemptId>> attempts) {
        CoordinatorState state =
                restored.stream()
                        .filter(s -> s.uid().equals(coordinator.uid()))
                        .findFirst()
                        .orElse(null);
        coordinator.start(state, checkpoint, attempts.apply(coordinator.vertex()));
    }

    /**
     * Takes note of what another master has left. It stays on record until it is decided what
     * becomes of each: a further master may come before that, and know nothing else of those that
     * are not decided.
     */
    public void found(CoordinatorRecord newest) {
        newest.coordinators().forEach(one -> recorded.put(one.state().uid(), one));
    }

    /**
     * Goes on where another master has stopped, while the job's subtasks run on. What that master
     * had put on record and a reader did not get is sent to it again; what it had told attempts
     * that run no more is given back.
     *
     * @param newest the newest entry of the record; null if there is none, and nothing was told to
     *     anybody. What it has of earlier attempts than those that run does not count: these have
     *     begun from a checkpoint in which the same splits are the enumerator's again
     * @param restored what the newest complete checkpoint has of coordinators
     * @param checkpoint its id, 0 if there is none
     * @param attempts that run, of a vertex, in the order of its subtasks
     */
    public void adopt(
            CoordinatorRecord newest,
            List<CoordinatorState> restored,
            long checkpoint,
            Function<Integer, List<AttemptId>> attempts) {
        adopt(newest, restored, checkpoint, attempts, vertex -> true);
    }

    /** The same of some vertices; those of the others go on. */
    public void adopt(
            CoordinatorRecord newest,
            List<CoordinatorState> restored,
            long checkpoint,
            Function<Integer, List<AttemptId>> attempts,
            IntPredicate vertices) {
        stop(vertices);
        for (SourceCoordinator coordinator : all) {
            if (!vertices.test(coordinator.vertex())) {
                continue;
            }
            CoordinatorRecord.Coordinator former = of(newest, coordinator.uid());
            if (former == null
                    || !SourceCoordinator.knowsOne(former, attempts.apply(coordinator.vertex()))) {
                // since the attempts that run have begun nothing was told to any of them
                start(coordinator, restored, checkpoint, attempts);
            } else {
                recorded.put(coordinator.uid(), former);
                coordinator.adopt(former, checkpoint, attempts.apply(coordinator.vertex()));
            }
        }
    }

    /**
     * Puts the states of some vertices on record as they are, though nobody was told anything: what
     * they have begun from may be out of reach for another master.
     */
    public void recordStates(IntPredicate vertices) {
        for (SourceCoordinator coordinator : all) {
            if (vertices.test(coordinator.vertex())) {
                coordinator.changed();
            }
        }
        pump();
    }

    /**
     * Whether what another master has left on record is enough to go on with the coordinators of
     * some vertices, without any checkpoint.
     *
     * @param newest null if there is nothing
     * @param attempts that run, of a vertex
     */
    public boolean areRecorded(
            CoordinatorRecord newest,
            Function<Integer, List<AttemptId>> attempts,
            IntPredicate vertices) {
        return all.stream()
                .filter(coordinator -> vertices.test(coordinator.vertex()))
                .allMatch(
                        coordinator -> {
                            CoordinatorRecord.Coordinator former = of(newest, coordinator.uid());
                            return former != null
                                    && SourceCoordinator.knowsOne(
                                            former, attempts.apply(coordinator.vertex()));
                        });
    }

    private static CoordinatorRecord.Coordinator of(CoordinatorRecord record, String uid) {
        return record == null
                ? null
                : record.coordinators().stream()
                        .filter(one -> one.state().uid().equals(uid))
                        .findFirst()
                        .orElse(null);
    }

    /** The job's subtasks end: nothing is told to anybody, nor heard. */
    public void stop() {
        stop(vertex -> true);
    }

    /** The subtasks of some vertices end; those of the others go on. */
    public void stop(IntPredicate vertices) {
        start++;
        writing = false;
        preparation = null;
        if (writeTimer != null) {
            writeTimer.cancel();
            writeTimer = null;
        }
        for (SourceCoordinator coordinator : all) {
            if (vertices.test(coordinator.vertex())) {
                recorded.remove(coordinator.uid());
                coordinator.stop();
            } else {
                // what was about to be recorded of it is taken again
                coordinator.goOn();
                coordinator.changed();
            }
        }
    }

    /** An attempt has finished. */
    public void ended(AttemptId attempt) {
        of(attempt).forEach(coordinator -> coordinator.ended(attempt));
    }

    /**
     * The connection to these attempts is a new one, or gone: nothing is sent to them until they
     * have registered on it.
     */
    public void unregister(Predicate<AttemptId> attempts) {
        all.forEach(coordinator -> coordinator.unregister(attempts));
    }

    private List<SourceCoordinator> of(AttemptId attempt) {
        return all.stream().filter(c -> c.vertex() == attempt.vertex()).toList();
    }

    /**
     * A reader has told something.
     *
     * @param link number of the connection that it came on
     * @param host that the reader runs on
     * @param uid of its operator
     */
    public void received(AttemptId attempt, int link, String host, String uid, byte[] bytes) {
        for (SourceCoordinator coordinator : of(attempt)) {
            if (coordinator.uid().equals(uid)) {
                coordinator.received(attempt, link, host, bytes);
            }
        }
    }

    // ------------------------------------------------------------------ checkpoints

    /**
     * Takes the states for a checkpoint. {@code then} gets them when readers have, or are about to
     * get, all that these states count as told; barriers must begin in that very step. It is never
     * called if the job's subtasks end before.
     */
    @Override
    public void prepare(long id, Consumer<List<CoordinatorState>> then) {
        if (preparation != null) {
            throw new IllegalStateException("two checkpoints are prepared at a time");
        }
        Preparation begun = new Preparation(then);
        preparation = begun;
        for (SourceCoordinator coordinator : all) {
            coordinator.takeForCheckpoint(
                    id,
                    state -> {
                        if (preparation == begun) {
                            begun.states.put(coordinator.uid(), state);
                        } else {
                            // no barriers follow for which anything would be held back
                            coordinator.goOn();
                        }
                        pump();
                    });
        }
        pump();
    }

    /** Nobody waits for the states any more. */
    @Override
    public void cancelPreparation() {
        preparation = null;
        all.forEach(SourceCoordinator::goOn);
        pump();
    }

    /** A checkpoint, and with it every earlier one, is complete. */
    @Override
    public void complete(long id) {
        all.forEach(coordinator -> coordinator.checkpointComplete(id));
    }

    /** Messages to readers that may have to be sent again; for tests and leak checks. */
    int kept() {
        return all.stream().mapToInt(SourceCoordinator::kept).sum();
    }

    // ------------------------------------------------------------------ record and sending

    /** Does what can be done now; whoever has changed something calls it. */
    private void pump() {
        if (pumping) {
            pumpAgain = true;
            return;
        }
        pumping = true;
        try {
            do {
                pumpAgain = false;
                all.forEach(SourceCoordinator::flush);
                checkPrepared();
                checkRecord();
            } while (pumpAgain);
        } finally {
            pumping = false;
        }
    }

    private void checkPrepared() {
        if (preparation == null
                || preparation.states.size() < all.size()
                || !all.stream().allMatch(SourceCoordinator::isReadyForBarriers)) {
            return;
        }
        Preparation prepared = preparation;
        preparation = null;
        prepared.then.accept(List.copyOf(prepared.states.values()));
        all.forEach(SourceCoordinator::goOn);
        pumpAgain = true;
    }

    private void checkRecord() {
        if (writing || writeTimer != null || all.stream().noneMatch(SourceCoordinator::isDirty)) {
            return;
        }
        long wait = lastWriteNanos + pauseNanos - ports.clock().nanoTime();
        if (wait <= 0) {
            write();
            return;
        }
        writeTimer =
                ports.loop()
                        .after(
                                Duration.ofNanos(wait),
                                "record of the coordinators",
                                () -> {
                                    writeTimer = null;
                                    pump();
                                });
    }

    private void write() {
        writing = true;
        lastWriteNanos = ports.clock().nanoTime();
        int asked = start;
        List<SourceCoordinator> changed =
                all.stream()
                        .filter(SourceCoordinator::isRunning)
                        .filter(c -> c.isDirty() || !recorded.containsKey(c.uid()))
                        .toList();
        Map<SourceCoordinator, List<SourceCoordinator.Mark>> marks = new LinkedHashMap<>();
        for (SourceCoordinator coordinator : changed) {
            coordinator.takeForRecord(
                    checkpointed,
                    taken -> {
                        if (asked != start) {
                            return;
                        }
                        recorded.put(coordinator.uid(), taken.content());
                        marks.put(coordinator, taken.marks());
                        if (marks.size() == changed.size()) {
                            write(asked, marks);
                        }
                    });
        }
    }

    private void write(int asked, Map<SourceCoordinator, List<SourceCoordinator.Mark>> marks) {
        long former = sequence;
        sequence++;
        CoordinatorRecord entry = new CoordinatorRecord(List.copyOf(recorded.values()));
        pauseNanos =
                Math.max(
                        RECORD_PAUSE.toNanos(),
                        entry.bytes() * TimeUnit.SECONDS.toNanos(1) / RECORD_BYTES_PER_SECOND);
        ports.ledger()
                .write(
                        sequence,
                        entry,
                        () -> {
                            if (former > 0) {
                                ports.ledger().forget(former);
                            }
                            if (asked != start) {
                                return;
                            }
                            writing = false;
                            marks.forEach(SourceCoordinator::recorded);
                            pump();
                        });
    }
}
