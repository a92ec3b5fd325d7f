package io.millrace.runtime.task;

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
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subtask: takes batches from its gate or its source, runs them through its chain, and looks at
 * its mailbox between any two records.
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
    private volatile boolean canceled;

    private SubtaskState state = SubtaskState.CREATED;
    private SubtaskEnd end;
    private RecordBatch batch;

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

    /** It had finished in the checkpoint, and so had all that it reads: only ends are to come. */
    private Step skipInput() throws ExchangeException {
        Object element = gate == null ? StreamEvent.EndOfData.INSTANCE : gate.poll();
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
        if (element instanceof StreamEvent.EndOfData) {
            become(SubtaskState.FINISHING);
        }
        return Step.WORKED;
    }

    private Step runInput() throws ExchangeException {
        if (!chain.isAvailable()) {
            return waiting(Step.WAITS_FOR_OUTPUT);
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
            chain.event((StreamEvent) element);
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
    }

    /**
     * Sends the barrier on and saves all states, between two records. States that cannot be saved
     * fail the checkpoint and not the subtask.
     *
     * @param saving what it has overtaken in the gate; null if it has overtaken nothing there
     */
    private void checkpoint(
            StreamEvent.Barrier barrier, ChannelSaving saving, long alignmentNanos) {
        long from = checkpoints.nanoClock().getAsLong();
        long id = barrier.checkpointId();
        chain.event(barrier);
        List<SubtaskSnapshot.Operator> operators =
                new ArrayList<>(
                        unfinished.forward(
                                barrier,
                                saving == null ? BarrierOrder.IN_LINE : BarrierOrder.OVERTAKING));
        try {
            operators.addAll(chain.snapshot(id, barrier.wallMillis()));
            long nanos = checkpoints.nanoClock().getAsLong() - from;
            unfinished.add(
                    barrier,
                    saving,
                    operators,
                    new UnfinishedSnapshots.Taken(alignmentNanos, nanos));
            unfinished.look(handOver);
        } catch (Exception e) {
            checkpoints.listener().snapshotFailed(deployment, id, failureOf(e));
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
        if (!deployment.restored().finished() && !chain.finish(RECORDS_PER_LOOK)) {
            return Step.WORKED;
        }
        unfinished.overtakeAll(handOver);
        chain.close();
        values.snapshot(lookNanos); // before anybody is told that all went well
        chain.event(StreamEvent.EndOfData.INSTANCE);
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
                    || state != SubtaskState.RUNNING
                    || deployment.restored().finished()) {
                // nobody waits for a checkpoint of a subtask that begins or ends
                LOG.debug("{} is {} and leaves {} undone", name(), state, command);
            } else if (command instanceof SubtaskCommand.TriggerCheckpoint trigger) {
                if (!chain.inject(trigger.barrier())) {
                    checkpoint(trigger.barrier(), null, 0);
                }
            } else if (command instanceof SubtaskCommand.CheckpointComplete complete) {
                chain.checkpointComplete(complete.checkpointId());
            } else if (command instanceof SubtaskCommand.CheckpointAborted aborted) {
                if (gate != null) {
                    gate.giveUp(aborted.checkpointId());
                }
                unfinished.giveUp(aborted.checkpointId());
                chain.checkpointAborted(aborted.checkpointId());
            }
        }
        if (!canceled && state == SubtaskState.RUNNING && !deployment.restored().finished()) {
            lookAtBarriers();
        }
        if (!canceled && state == SubtaskState.RUNNING) {
            long nowMillis = time.nowMillis();
            if (time.takeDue(nowMillis)) {
                chain.processingTime(nowMillis);
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
                checkpoint(barrier, null, 0);
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
