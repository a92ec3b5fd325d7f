package io.millrace.runtime.task;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.CheckpointSettings;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.StateReader;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.exchange.BarrierOrder;
import io.millrace.runtime.exchange.ChannelBrokenException;
import io.millrace.runtime.exchange.ChannelReplay;
import io.millrace.runtime.exchange.ChannelSaving;
import io.millrace.runtime.exchange.EdgeWriter;
import io.millrace.runtime.exchange.ExchangeException;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.InputGate;
import io.millrace.runtime.exchange.Overtaking;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.metrics.AccumulatorException;
import io.millrace.runtime.metrics.SubtaskValues;
import io.millrace.runtime.operator.OperatorChain;
import io.millrace.runtime.operator.OperatorFailure;
import io.millrace.runtime.operator.Source;
import io.millrace.runtime.state.StateException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subtask: takes batches from its gate or its source, runs them through its chain, and looks at
 * its mailbox between any two records.
 *
 * <p>When its input has ended and all is emitted, it stays, where checkpoints are taken, until one
 * that it has joined since then is complete, so that what waits for a completion gets one. Behind
 * the barrier that stops the job it reads and emits nothing until it hears what became of the
 * savepoint: it then ends, without the end of its input, or goes on.
 *
 * <p>{@link #step} does a bounded piece of work and never blocks, so that a thread of its own or a
 * simulation can drive it alike.
 *
 * <p>Threads: {@code step} and what it calls by one thread; {@code cancel} and {@code metrics} by
 * any.
 */
final class Subtask {
    private static final Logger LOG = LoggerFactory.getLogger(Subtask.class);

    /** Records between two looks at whether the outputs take more. */
    private static final int RECORDS_PER_LOOK = 128;

    /** What {@link #step} has left behind. */
    enum Step {
        /** There may be more to do at once. */
        WORKED,
        WAITS_FOR_INPUT,
        WAITS_FOR_OUTPUT,
        ENDED
    }

    private final TaskDeployment deployment;
    private final OperatorChain chain;
    private final InputGate gate;
    private final int[] channelEdges;
    private final SubtaskValues values;
    private final int[] channelInputs;
    private final Mailbox<SubtaskCommand> mailbox;
    private final SubtaskTime time;
    private final SourceTarget target;

    private final Checkpoints checkpoints;
    private final Barriers barriers;
    private final UnfinishedSnapshots unfinished;

    /** Checkpoints that it has saved its states for and knows no end of, with their epochs. */
    private final TreeMap<Long, Integer> undecided = new TreeMap<>();

    /** Barriers of masters before this one are dropped. */
    private int masterEpoch;

    /** The newest barrier that it has sent on. */
    private long newestBarrier;

    private volatile boolean canceled;

    private SubtaskState state = SubtaskState.CREATED;
    private SubtaskEnd end;
    private RecordBatch batch;

    /** Whether checkpoints are taken by themselves, so that one comes after the end of the data. */
    private final boolean awaitsCheckpoint;

    /** Barriers that its source puts among its records, and that have not come out yet. */
    private final Deque<StreamEvent.Barrier> injected = new ArrayDeque<>();

    /**
     * Barriers that begin here, as soon as all is emitted and no other can come by the gate, and
     * what a coordinator has told after them.
     */
    private final Deque<SubtaskCommand> held = new ArrayDeque<>();

    /** First checkpoint that it has joined since all is emitted; 0 if none. */
    private long joinedAtEnd;

    /** Savepoint that stops the job, and of which it is to hear; 0 if none. */
    private long stop;

    /**
     * Whether its source was ended for {@link #stop}. If that fails it is cancelled: what it has
     * emitted is not all, and nobody may hear of an end of its channels.
     */
    private boolean drained;

    /** Whether it has heard of the checkpoint that it stays for. */
    private boolean released;

    /** Whether a look at the values is on its way. */
    private volatile boolean lookedFor;

    private boolean lookDue;
    private long lookNanos;

    /** Logical input that the batch has come on. */
    private int batchInput;

    // counters: written by the owner alone, read by anybody, a little late
    private volatile long recordsIn;
    private volatile long loops;

    /**
     * What checkpoints need of the world.
     *
     * @param nanoClock for what they cost
     * @param listener takes what the subtask has in them
     */
    record Checkpoints(LongSupplier nanoClock, Subtasks.Listener listener) {}

    /**
     * What barriers need that may overtake records.
     *
     * @param alarm rings when it is time for one
     */
    record Barriers(InFlightRecords records, Overtaking overtaking, BarrierAlarm alarm) {}

    /**
     * @param gate null if the chain begins with a source
     * @param channelEdges number of the edge of each channel of the gate
     * @param channelInputs logical input of each channel of the gate
     * @param values what its functions count and measure
     */
    Subtask(
            TaskDeployment deployment,
            Mailbox<SubtaskCommand> mailbox,
            SubtaskTime time,
            OperatorChain chain,
            InputGate gate,
            int[] channelEdges,
            int[] channelInputs,
            SubtaskValues values,
            Checkpoints checkpoints,
            Barriers barriers) {
        this.values = values;
        this.checkpoints = checkpoints;
        this.barriers = barriers;
        this.unfinished = new UnfinishedSnapshots(barriers.records(), barriers.overtaking());
        this.deployment = deployment;
        this.mailbox = mailbox;
        this.time = time;
        this.channelInputs = channelInputs;
        this.chain = chain;
        this.gate = gate;
        this.channelEdges = channelEdges;
        this.target = new SourceTarget();
        this.awaitsCheckpoint = CheckpointSettings.arePeriodic(deployment.configuration());
    }

    /** Does a bounded piece of work. */
    Step step() {
        if (end != null) {
            return Step.ENDED;
        }
        loops++; // owned by this thread
        try {
            if (mailbox.isMailWaiting()) {
                runMail();
            }
            if (canceled) {
                return finishAs(SubtaskState.CANCELED, new SubtaskEnd.Canceled());
            }
            if (lookDue) {
                lookDue = false;
                lookedFor = false;
                values.look(lookNanos);
            }
            if (!unfinished.isEmpty()) {
                unfinished.look(handOver);
            }
            return switch (state) {
                case CREATED -> open();
                case RUNNING -> run();
                case FINISHING -> finish();
                case ENDED -> stay();
                case SUSPENDED -> released ? leave() : waiting(Step.WAITS_FOR_INPUT);
                default -> throw new IllegalStateException("step in state " + state);
            };
        } catch (Throwable t) {
            if (canceled) {
                // whatever it was, it came of the interrupt or of peers that are cancelled as well
                LOG.debug("{} was cancelled; it threw", name(), t);
                return finishAs(SubtaskState.CANCELED, new SubtaskEnd.Canceled());
            }
            return finishAs(SubtaskState.FAILED, new SubtaskEnd.Failed(failureOf(t)));
        }
    }

    private Step open() throws Exception {
        if (!deployment.restored().finished()) {
            restore();
            chain.open();
        } else if (!deployment.restored().operators().isEmpty()) {
            try (StateReader reader = new StateReader(deployment.restored())) {
                chain.openFinished(deployment.restored(), reader);
            }
        }
        become(SubtaskState.RUNNING);
        mailbox.raise(); // barriers may have come that nobody has looked at
        return Step.WORKED;
    }

    /** Gives the operators what they had, before the first of them is opened. */
    private void restore() throws Exception {
        if (!deployment.restored().isRestored()) {
            chain.restore(deployment.restored(), null);
            return;
        }
        try (StateReader reader = new StateReader(deployment.restored())) {
            chain.restore(deployment.restored(), reader);
            if (!deployment.restored().edges().isEmpty()) {
                gate.begin(inFlight(reader));
            }
        }
    }

    private ChannelReplay inFlight(StateReader reader) throws Exception {
        try {
            return barriers.records().restore(deployment.restored(), reader);
        } catch (IOException e) {
            throw OperatorFailure.outside(deployment.vertexName(), e);
        }
    }

    private Step run() throws Exception {
        if (deployment.restored().finished()) {
            return skipInput();
        }
        return chain.hasSource() ? runSource() : runInput();
    }

    /**
     * It had emitted all in the checkpoint, and so had all that it reads: only ends are to come.
     */
    private Step skipInput() throws Exception {
        if (gate == null || gate.isAtEnd()) {
            return leave();
        }
        Object element = gate.poll();
        if (element == null) {
            return Step.WAITS_FOR_INPUT;
        }
        if (element instanceof RecordBatch) {
            throw new IllegalStateException(
                    name()
                            + " had finished in checkpoint "
                            + deployment.restored().checkpointId()
                            + ", but there are records for it");
        }
        return Step.WORKED;
    }

    private Step runInput() throws ExchangeException {
        if (!chain.isAvailable()) {
            return waiting(Step.WAITS_FOR_OUTPUT);
        }
        if (chain.isFiring()) {
            chain.fire(RECORDS_PER_LOOK, target);
            return Step.WORKED;
        }
        if (batch == null) {
            Object element = gate.poll();
            if (element == null) {
                return waiting(Step.WAITS_FOR_INPUT);
            }
            if (element instanceof RecordBatch records) {
                batch = records;
                batchInput = channelInputs[gate.lastChannel()];
            } else {
                return onElement(element);
            }
        }
        int taken = chain.process(batchInput, batch, RECORDS_PER_LOOK, target);
        recordsIn += taken; // owned by this thread
        if (batch.size() == 0) {
            batch = null;
        }
        return Step.WORKED;
    }

    private Step onElement(Object element) throws ExchangeException {
        if (element instanceof StreamEvent.EndOfData) {
            endInput();
        } else if (element instanceof StreamEvent.Barrier barrier) {
            checkpoint(barrier, null, gate.lastAlignmentNanos());
        } else if (element instanceof InputGate.OvertakingBarrier overtaking) {
            checkpoint(
                    overtaking.barrier(), barriers.records().save(gate), gate.lastAlignmentNanos());
        } else {
            chain.enter((StreamEvent) element);
            chain.fire(RECORDS_PER_LOOK, target);
        }
        return Step.WORKED;
    }

    /** Takes the barriers that do not wait for the records before them any more. */
    private void lookAtBarriers() throws ExchangeException {
        barriers.alarm().cancel();
        if (gate != null) {
            for (Object due = gate.look(); due != null; due = gate.look()) {
                onElement(due);
            }
        }
        unfinished.look(handOver);
    }

    /** Event time has come to its end with the input; nobody waits for a clock any more. */
    private void endInput() {
        become(SubtaskState.FINISHING);
        time.cancel();
        chain.endOfTime();
        // those that its source did not come to
        injected.forEach(this::hold);
        injected.clear();
    }

    // ------------------------------------------------------------------ checkpoints

    /** A barrier is to begin here. */
    private void trigger(StreamEvent.Barrier barrier) {
        boolean fromSource = state == SubtaskState.RUNNING && chain.hasSource();
        if (fromSource && chain.inject(barrier)) {
            injected.add(barrier);
        } else if (fromSource) {
            onSourceBarrier(barrier);
        } else {
            hold(barrier);
        }
    }

    private void hold(StreamEvent.Barrier barrier) {
        held.add(new SubtaskCommand.TriggerCheckpoint(barrier));
    }

    private void dropHeld(Predicate<StreamEvent.Barrier> which) throws Exception {
        held.removeIf(
                command ->
                        command instanceof SubtaskCommand.TriggerCheckpoint trigger
                                && which.test(trigger.barrier()));
        hearHeld();
    }

    /** What its coordinator has told after a barrier began must not be in that checkpoint. */
    private void onOperatorEvent(SubtaskCommand.OperatorEvent event) throws Exception {
        if (held.isEmpty()) {
            chain.operatorEvent(event.uid(), event.event());
        } else {
            held.add(event);
        }
    }

    /** Hears what no barrier stands before any more. */
    private void hearHeld() throws Exception {
        while (held.peek() instanceof SubtaskCommand.OperatorEvent event) {
            held.poll();
            chain.operatorEvent(event.uid(), event.event());
        }
    }

    /** Its source stands at a barrier. */
    private void onSourceBarrier(StreamEvent.Barrier barrier) {
        if (barrier.kind() == CheckpointKind.DRAIN) {
            // as if the source had come to its end: the barrier follows what is emitted at the end
            stop = barrier.checkpointId();
            drained = true;
            hold(barrier);
            endInput();
        } else {
            checkpoint(barrier, null, 0);
        }
    }

    /**
     * Sends the barrier on and saves all states, between two records. States that cannot be saved
     * fail the checkpoint; code of the user's that throws meanwhile fails the subtask.
     *
     * @param saving what it has overtaken in the gate; null if it has overtaken nothing there
     */
    private void checkpoint(
            StreamEvent.Barrier barrier, ChannelSaving saving, long alignmentNanos) {
        if (barrier.epoch() < masterEpoch) {
            return; // begun somewhere before the promise, it comes here after
        }
        if (barrier.checkpointId() <= newestBarrier) {
            // told to begin here as all that it reads has finished, it has come by the gate, too:
            // its states of now have what lies behind the barrier
            return;
        }
        newestBarrier = barrier.checkpointId();
        if (barrier.kind() != CheckpointKind.SAVEPOINT) {
            undecided.put(barrier.checkpointId(), barrier.epoch());
        }
        long from = checkpoints.nanoClock().getAsLong();
        long id = barrier.checkpointId();
        chain.prepareSnapshot(id);
        BarrierOrder order = saving == null ? BarrierOrder.IN_LINE : BarrierOrder.OVERTAKING;
        InFlightRecords.Unsent held = unfinished.held(barrier, order);
        chain.event(barrier);
        List<SubtaskSnapshot.Operator> operators = new ArrayList<>(held.operators());
        InFlightRecords.Unsent unsent = unfinished.forward(barrier, order);
        operators.addAll(unsent.operators());
        boolean added = false;
        try {
            throwIfAny(held.failure());
            throwIfAny(unsent.failure());
            operators.addAll(chain.snapshot(barrier));
            long nanos = checkpoints.nanoClock().getAsLong() - from;
            unfinished.add(
                    barrier,
                    saving,
                    operators,
                    new UnfinishedSnapshots.Taken(
                            state == SubtaskState.ENDED, alignmentNanos, nanos));
            added = true;
            unfinished.look(handOver);
        } catch (Exception e) {
            if (!added) {
                forget(id, operators, saving);
            }
            if (e instanceof OperatorFailure failure) {
                throw failure;
            }
            checkpoints.listener().snapshotFailed(deployment, id, failureOf(e));
        }
        if (barrier.kind().endsJob()) {
            stop = id;
        }
        if (state == SubtaskState.ENDED) {
            // of a savepoint that does not end the job nobody is told
            if (joinedAtEnd == 0 && barrier.kind() != CheckpointKind.SAVEPOINT) {
                joinedAtEnd = id;
            }
        } else if (barrier.kind() == CheckpointKind.STOP) {
            become(SubtaskState.SUSPENDED);
        }
    }

    private static void throwIfAny(Exception failure) throws Exception {
        if (failure != null) {
            throw failure;
        }
    }

    /** Gives back what was kept of channels for a checkpoint that there will not be. */
    private void forget(long id, List<SubtaskSnapshot.Operator> kept, ChannelSaving saving) {
        kept.forEach(operator -> operator.parts().forEach(SnapshotPart::release));
        if (saving != null) {
            gate.giveUp(id);
            saving.release();
        }
    }

    private void onComplete(long id) throws Exception {
        undecided.headMap(id, true).clear();
        chain.checkpointComplete(id);
        boolean joined = joinedAtEnd != 0 && id >= joinedAtEnd;
        boolean stopped = stop != 0 && id >= stop;
        released |= joined || stopped;
    }

    private void onAborted(long id) throws Exception {
        if (gate != null) {
            gate.giveUp(id);
        }
        unfinished.giveUp(id);
        injected.removeIf(barrier -> barrier.checkpointId() == id);
        dropHeld(barrier -> barrier.checkpointId() == id);
        undecided.remove(id);
        chain.checkpointAborted(id);
        if (stop != id || drained) {
            return;
        }
        stop = 0;
        if (state == SubtaskState.SUSPENDED) {
            become(SubtaskState.RUNNING);
            // what has rung meanwhile was not listened to
            chain.processingTime(time.nowMillis());
            List<SubtaskCommand> waiting = List.copyOf(held);
            held.clear();
            for (SubtaskCommand command : waiting) {
                if (command instanceof SubtaskCommand.TriggerCheckpoint trigger) {
                    trigger(trigger.barrier());
                } else if (command instanceof SubtaskCommand.OperatorEvent event) {
                    onOperatorEvent(event);
                }
            }
        }
    }

    private final UnfinishedSnapshots.Finished handOver =
            new UnfinishedSnapshots.Finished() {
                @Override
                public void finished(
                        long id,
                        List<SubtaskSnapshot.Operator> operators,
                        UnfinishedSnapshots.Taken taken) {
                    checkpoints
                            .listener()
                            .snapshotTaken(
                                    id,
                                    new SubtaskSnapshot(
                                            deployment.attempt(),
                                            taken.ended(),
                                            taken.alignmentNanos(),
                                            taken.syncNanos(),
                                            operators));
                }

                @Override
                public void failed(long id, Exception failure) {
                    checkpoints.listener().snapshotFailed(deployment, id, failureOf(failure));
                }
            };

    private Step runSource() throws Exception {
        if (!chain.isAvailable()) {
            return waiting(Step.WAITS_FOR_OUTPUT);
        }
        Source.Progress progress = chain.emit(RECORDS_PER_LOOK, target);
        recordsIn = chain.sourceRecordsEmitted();
        if (progress == Source.Progress.END) {
            endInput();
            return Step.WORKED;
        }
        return progress == Source.Progress.MORE ? Step.WORKED : waiting(Step.WAITS_FOR_INPUT);
    }

    private Step finish() throws Exception {
        if (!chain.isAvailable()) {
            return waiting(Step.WAITS_FOR_OUTPUT);
        }
        if (chain.isFiring() && !chain.fire(RECORDS_PER_LOOK, target)) {
            return Step.WORKED;
        }
        if (!chain.finish(RECORDS_PER_LOOK)) {
            return Step.WORKED;
        }
        chain.event(StreamEvent.EndOfData.INSTANCE);
        become(SubtaskState.ENDED);
        mailbox.raise(); // for barriers that have come meanwhile
        if (awaitsCheckpoint) {
            checkpoints.listener().inputEnded(deployment);
        }
        return Step.WORKED;
    }

    /** All is emitted: takes part in checkpoints until it may leave. */
    private Step stay() throws Exception {
        boolean atEnd = gate == null || gate.isAtEnd();
        if (atEnd && !held.isEmpty()) {
            if (held.poll() instanceof SubtaskCommand.TriggerCheckpoint trigger) {
                checkpoint(trigger.barrier(), null, 0);
            }
            hearHeld();
            return Step.WORKED;
        }
        if (released || (atEnd && !awaitsCheckpoint && stop == 0)) {
            return leave();
        }
        Object element = atEnd ? null : gate.poll();
        if (element instanceof StreamEvent.Barrier
                || element instanceof InputGate.OvertakingBarrier) {
            onElement(element);
        }
        return element == null ? waiting(Step.WAITS_FOR_INPUT) : Step.WORKED;
    }

    /** All went well, and nobody downstream hears that before all is closed. */
    private Step leave() throws Exception {
        if (!chain.settle()) {
            return waiting(Step.WAITS_FOR_INPUT);
        }
        unfinished.overtakeAll(handOver);
        chain.close();
        values.snapshot(lookNanos);
        if (state != SubtaskState.ENDED) {
            chain.event(StreamEvent.EndOfData.INSTANCE);
        }
        chain.event(StreamEvent.EndOfChannel.INSTANCE);
        return finishAs(SubtaskState.FINISHED, new SubtaskEnd.Finished());
    }

    /**
     * Nobody downstream is to wait for records that lie in an open batch while this subtask waits.
     */
    private Step waiting(Step step) {
        chain.flush();
        return step;
    }

    private void runMail() throws Exception {
        for (SubtaskCommand command = mailbox.poll(); command != null; command = mailbox.poll()) {
            if (command instanceof SubtaskCommand.LookAtValues look) {
                lookNanos = look.nowNanos();
                lookDue = true;
            } else if (canceled
                    || state == SubtaskState.CREATED
                    || deployment.restored().finished()) {
                // nobody waits for a checkpoint of a subtask that begins, or that only ends
                LOG.debug("{} is {} and leaves {} undone", name(), state, command);
            } else if (command instanceof SubtaskCommand.TriggerCheckpoint trigger) {
                trigger(trigger.barrier());
            } else if (command instanceof SubtaskCommand.OperatorEvent event) {
                onOperatorEvent(event);
            } else if (command instanceof SubtaskCommand.Register register) {
                chain.register(register.link());
            } else if (command instanceof SubtaskCommand.CheckpointComplete complete) {
                onComplete(complete.checkpointId());
            } else if (command instanceof SubtaskCommand.CheckpointAborted aborted) {
                onAborted(aborted.checkpointId());
            } else if (command instanceof SubtaskCommand.MasterChanged changed) {
                onMasterChanged(changed.epoch());
            } else if (command instanceof SubtaskCommand.CheckpointsAbortedBefore aborted) {
                abortBefore(aborted.epoch());
            }
        }
        boolean takesPart = state == SubtaskState.RUNNING || state == SubtaskState.ENDED;
        if (!canceled && takesPart && !deployment.restored().finished()) {
            lookAtBarriers();
        }
        if (!canceled && state != SubtaskState.CREATED) {
            long nowMillis = time.nowMillis();
            if (time.takeDue(nowMillis) && state == SubtaskState.RUNNING) {
                chain.processingTime(nowMillis);
            }
        }
    }

    private void onMasterChanged(int epoch) throws Exception {
        masterEpoch = epoch;
        injected.removeIf(barrier -> barrier.epoch() < epoch);
        dropHeld(barrier -> barrier.epoch() < epoch);
        if (gate != null) {
            gate.giveUpBefore(epoch);
        }
    }

    private void abortBefore(int epoch) throws Exception {
        for (Map.Entry<Long, Integer> saved : List.copyOf(undecided.entrySet())) {
            if (saved.getValue() < epoch) {
                onAborted(saved.getKey());
            }
        }
    }

    private Step finishAs(SubtaskState terminal, SubtaskEnd how) {
        time.cancel();
        barriers.alarm().cancel();
        unfinished.giveUpAll();
        if (how instanceof SubtaskEnd.Finished) {
            become(terminal);
            end = how;
            return Step.ENDED;
        }
        chain.cancel();
        try {
            chain.close();
        } catch (Throwable t) {
            LOG.warn("{}: closing after it was {} failed as well", name(), terminal, t);
        }
        become(terminal);
        end = how;
        return Step.ENDED;
    }

    private void become(SubtaskState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException(name() + ": " + state + " -> " + next + " is no move");
        }
        LOG.info("{}: {} -> {}", name(), state, next);
        state = next;
    }

    private Failure failureOf(Throwable t) {
        if (t instanceof OperatorFailure failure) {
            return Failure.of(
                    failure.category(), name() + ", " + failure.where(), failure.getCause());
        }
        if (t instanceof AccumulatorException accumulators) {
            return Failure.of(
                    accumulators.isTooLarge()
                            ? Failure.Category.CONFIG
                            : Failure.Category.USER_CODE,
                    name(),
                    t);
        }
        if (t instanceof StateException ofState) {
            return Failure.of(ofState.category(), name(), t);
        }
        Failure.Category category =
                t instanceof ExchangeException || t instanceof ChannelBrokenException
                        ? Failure.Category.CLUSTER
                        : Failure.Category.INTERNAL;
        return Failure.of(category, name(), t);
    }

    /** {@code Task count[3] attempt 1.2}; for messages. */
    String name() {
        return "Task "
                + deployment.vertexName()
                + "["
                + deployment.attempt().subtask()
                + "] attempt "
                + deployment.attempt().epoch()
                + "."
                + deployment.attempt().counter();
    }

    /** Any thread; the caller wakes the subtask. */
    void cancel() {
        canceled = true;
        mailbox.offer(new SubtaskCommand.Cancel()); // if it is full, there is mail to look at
    }

    /**
     * Any thread; the caller wakes the subtask. A command that finds the mailbox full is lost, and
     * with it one checkpoint: the next one stands for it.
     */
    void tell(SubtaskCommand command) {
        if (!mailbox.offer(command)) {
            LOG.warn("{} has a full mailbox; {} is lost", name(), command);
        }
    }

    /** Any thread; the caller wakes the subtask. A command that must not be lost. */
    void put(SubtaskCommand command) {
        mailbox.put(command);
    }

    /**
     * Asks for another look at what the functions have counted and measured; any thread.
     *
     * @return whether the caller has to wake the subtask for it
     */
    boolean askForValues(long nowNanos) {
        if (!values.hasAny() || lookedFor) {
            return false;
        }
        lookedFor = true;
        return mailbox.offer(new SubtaskCommand.LookAtValues(nowNanos));
    }

    TaskDeployment deployment() {
        return deployment;
    }

    SubtaskState state() {
        return state;
    }

    /** How it ended, once {@link #step} has said so. */
    SubtaskEnd end() {
        return end;
    }

    /** Gives back all channels. */
    void closeChannels() {
        if (gate != null) {
            gate.close();
        }
        for (EdgeWriter writer : chain.writers()) {
            writer.close();
        }
    }

    List<EdgeWriter> writers() {
        return chain.writers();
    }

    /** Any thread; times are the driver's to add. */
    SubtaskMetrics metrics(long busyNanos, long idleNanos, long backPressuredNanos) {
        List<SubtaskMetrics.EdgeMetrics> inputs = new ArrayList<>();
        if (gate != null) {
            long records = 0;
            long bytes = 0;
            for (int i = 0; i < gate.channels(); i++) {
                InputChannel channel = gate.channel(i);
                records += channel.recordsRead();
                bytes += channel.bytesRead();
                if (i + 1 == gate.channels() || channelEdges[i + 1] != channelEdges[i]) {
                    inputs.add(new SubtaskMetrics.EdgeMetrics(channelEdges[i], records, bytes));
                    records = 0;
                    bytes = 0;
                }
            }
        }
        List<SubtaskMetrics.EdgeMetrics> outputs = new ArrayList<>();
        long out = 0;
        for (EdgeWriter writer : chain.writers()) {
            long records = writer.recordsWritten();
            out += records;
            outputs.add(
                    new SubtaskMetrics.EdgeMetrics(writer.edge(), records, writer.bytesWritten()));
        }
        return new SubtaskMetrics(
                busyNanos,
                idleNanos,
                backPressuredNanos,
                recordsIn,
                out,
                chain.sourceBytesRead(),
                loops,
                inputs,
                outputs,
                values.latest());
    }

    /** Tells the source and the chain when there is mail. */
    private final class SourceTarget implements Source.Target {
        @Override
        public void event(StreamEvent event) {
            if (event instanceof StreamEvent.Barrier barrier) {
                // one that was given up while it waited among the records is nobody's any more
                if (injected.remove(barrier)) {
                    onSourceBarrier(barrier);
                }
            } else {
                chain.event(event);
            }
        }

        @Override
        public boolean isInterrupted() {
            return mailbox.isMailWaiting();
        }
    }
}
