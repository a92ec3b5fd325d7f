package io.millrace.runtime.operator;

import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.StateReader;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.exchange.EdgeWriter;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.state.KeyedStateStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The operators of one subtask, ready to run.
 *
 * <p>Records go in at the head and travel by direct calls. Watermarks and idleness take the way of
 * the records, so that each operator has emitted what they make it emit before the next one and the
 * edges see them; other events go to all edges.
 *
 * <p>Threads: owned by the subtask.
 */
public final class OperatorChain {
    private final String headName;
    private final String headUid;
    private final Source source;
    private final List<BatchLoop> loops;
    private final Downstream head;
    private final EventWalk walk = new EventWalk();
    private final List<Member> operators;
    private final List<KeyedStateStore> stores;
    private final List<EdgeWriter> writers;
    private int opened;
    private int finished;
    private boolean sourceOpened;

    /**
     * An operator of the chain.
     *
     * @param name in the plan
     * @param uid under which its state is found again
     * @param keyed state of its keys; null if it has none
     * @param watermark of its keys; null if it does nothing by event time
     * @param functions of the user's that the operator calls
     */
    record Member(
            String name,
            String uid,
            Operator operator,
            KeyedCheckpoints keyed,
            KeyedWatermark watermark,
            List<UserFunction> functions) {

        /** A function may ask for state as soon as it is opened. */
        void open() throws Exception {
            operator.open();
            for (UserFunction function : functions) {
                function.open();
            }
        }

        void restore(RestoredOperator state) throws Exception {
            if (keyed != null) {
                keyed.restore(state);
            }
            if (watermark != null) {
                watermark.restore(state);
            }
            operator.restore(state);
            for (UserFunction function : functions) {
                function.restore(state);
            }
        }

        List<SnapshotPart> snapshot(StreamEvent.Barrier barrier) throws Exception {
            long checkpointId = barrier.checkpointId();
            List<SnapshotPart> parts = new ArrayList<>(operator.snapshot(checkpointId));
            for (UserFunction function : functions) {
                parts.addAll(function.snapshot(checkpointId, barrier.wallMillis()));
            }
            if (watermark != null) {
                parts.addAll(watermark.snapshot());
            }
            if (keyed != null) {
                // last, as what the calls before have changed belongs to it
                parts.add(keyed.snapshot(checkpointId, barrier.kind()));
            }
            return parts;
        }

        void checkpointComplete(long checkpointId) throws Exception {
            if (keyed != null) {
                keyed.confirm(checkpointId);
            }
            operator.checkpointComplete(checkpointId);
            for (UserFunction function : functions) {
                function.checkpointComplete(checkpointId);
            }
        }

        void checkpointAborted(long checkpointId) throws Exception {
            if (keyed != null) {
                keyed.abort(checkpointId);
            }
            operator.checkpointAborted(checkpointId);
            for (UserFunction function : functions) {
                function.checkpointAborted(checkpointId);
            }
        }

        void close(Closing closing) {
            functions.forEach(function -> closing.add(name, function::close));
            closing.add(name, operator::close);
        }
    }

    /**
     * @param source the head if the chain reads no other, else null
     * @param loops of the first operator, one for each logical input; none if there is a source
     * @param head where watermarks and idleness go as they come in, or from the source
     * @param operators all others, in topological order
     * @param stores of the operators, closed with them
     */
    OperatorChain(
            String headName,
            String headUid,
            Source source,
            List<BatchLoop> loops,
            Downstream head,
            List<Member> operators,
            List<KeyedStateStore> stores,
            List<EdgeWriter> writers) {
        this.headName = headName;
        this.headUid = headUid;
        this.source = source;
        this.loops = List.copyOf(loops);
        this.head = head;
        this.operators = operators;
        this.stores = List.copyOf(stores);
        this.writers = writers;
    }

    public boolean hasSource() {
        return source != null;
    }

    /**
     * Gives all operators what they had in a checkpoint; before they are opened.
     *
     * @param reader null if the job begins from none
     */
    public void restore(RestoredState state, StateReader reader) throws Exception {
        for (int i = operators.size() - 1; i >= 0; i--) {
            Member member = operators.get(i);
            restore(
                    member.name(),
                    () -> member.restore(new RestoredOperator(state, member.uid(), reader)));
        }
        if (source != null) {
            restore(headName, () -> source.restore(new RestoredOperator(state, headUid, reader)));
        }
    }

    private interface Restoring {
        void restore() throws Exception;
    }

    private static void restore(String name, Restoring restoring) throws Exception {
        try {
            restoring.restore();
        } catch (IOException e) {
            throw OperatorFailure.outside(name, e);
        }
    }

    /** To be called before the barrier goes out; a failure is one of the subtask. */
    public void prepareSnapshot(long checkpointId) {
        for (Member member : operators) {
            member.operator().prepareSnapshot(checkpointId);
        }
    }

    /**
     * Saves what all operators hold now. If one cannot, what the others gave is given back.
     *
     * @throws OperatorFailure if code of the user's threw, whose operator has to begin again
     * @throws Exception if there is no room for the states, say, which are as they were
     */
    public List<SubtaskSnapshot.Operator> snapshot(StreamEvent.Barrier barrier) throws Exception {
        List<SubtaskSnapshot.Operator> all = new ArrayList<>();
        try {
            if (source != null) {
                add(all, headUid, source.snapshot(barrier));
            }
            for (Member member : operators) {
                add(all, member.uid(), member.snapshot(barrier));
            }
            return all;
        } catch (Exception e) {
            all.forEach(operator -> operator.parts().forEach(SnapshotPart::release));
            throw e;
        }
    }

    private static void add(
            List<SubtaskSnapshot.Operator> all, String uid, List<SnapshotPart> parts) {
        if (!parts.isEmpty()) {
            all.add(new SubtaskSnapshot.Operator(uid, parts));
        }
    }

    /** Whether the source puts the barrier among its records by itself. */
    public boolean inject(StreamEvent.Barrier barrier) {
        return source != null && source.inject(barrier);
    }

    /** Something of a coordinator's for the source of the uid. */
    public void operatorEvent(String uid, byte[] event) throws Exception {
        if (source != null && uid.equals(headUid)) {
            source.operatorEvent(event);
        }
    }

    /**
     * Has the source register with its coordinator, if it has one.
     *
     * @param link number of the worker's connection to the master
     */
    public void register(int link) {
        if (source != null) {
            source.register(link);
        }
    }

    public void checkpointComplete(long checkpointId) throws Exception {
        for (Member member : operators) {
            member.checkpointComplete(checkpointId);
        }
        if (source != null) {
            source.checkpointComplete(checkpointId);
        }
    }

    public void checkpointAborted(long checkpointId) throws Exception {
        for (Member member : operators) {
            member.checkpointAborted(checkpointId);
        }
        if (source != null) {
            source.checkpointAborted(checkpointId);
        }
    }

    /**
     * Opens the operators from the last to the first: whoever emits on opening finds its readers
     * open.
     */
    public void open() throws Exception {
        for (int i = operators.size() - 1; i >= 0; i--) {
            opened++;
            operators.get(i).open();
        }
        if (source != null) {
            sourceOpened = true;
            source.open();
        }
    }

    /**
     * Restores and opens all operators but the source, of a chain that has emitted all: what waits
     * in them for the completion of the checkpoint is complete now.
     */
    public void openFinished(RestoredState state, StateReader reader) throws Exception {
        for (int i = operators.size() - 1; i >= 0; i--) {
            Member member = operators.get(i);
            restore(
                    member.name(),
                    () -> member.restore(new RestoredOperator(state, member.uid(), reader)));
        }
        for (int i = operators.size() - 1; i >= 0; i--) {
            opened++;
            operators.get(i).open();
        }
    }

    /**
     * Runs records of a batch through the chain until it is empty or the target is interrupted.
     *
     * @param input logical input that the records have come on
     * @param most records to take at the most
     * @return how many were taken
     */
    public int process(int input, RecordBatch batch, int most, Source.Target interruption) {
        return loops.get(input).run(batch, most, interruption);
    }

    /** Lets the source emit; only if {@link #hasSource}. */
    public Source.Progress emit(int maxRecords, Source.Target target) throws Exception {
        return source.emit(maxRecords, target);
    }

    /**
     * A watermark or a status comes in. Before anything else goes in, {@link #fire} is to be called
     * until it says that all is done.
     */
    public void enter(StreamEvent event) {
        walk.enter(head, event);
    }

    /** Whether a watermark is on its way through the chain. */
    public boolean isFiring() {
        return !walk.isOver();
    }

    /**
     * Lets the operators emit what a watermark has made due, a bit of it.
     *
     * @param most timers to fire at the most
     * @return whether the watermark has left the chain; otherwise to be called again
     */
    public boolean fire(int most, Interruption interruption) {
        while (!walk.isOver()) {
            if (!walk.go(most, interruption) && most != Integer.MAX_VALUE) {
                return false;
            }
        }
        return true;
    }

    /** An event that is for the chain and its edges at once: all that it makes due is fired. */
    public void event(StreamEvent event) {
        if (event instanceof StreamEvent.Watermark || event instanceof StreamEvent.Status) {
            enter(event);
            fire(Integer.MAX_VALUE, Interruption.NEVER);
            return;
        }
        for (EdgeWriter writer : writers) {
            writer.event(event);
        }
    }

    /** The wall clock has reached a time that was asked for. */
    public void processingTime(long nowMillis) {
        if (sourceOpened) { // not where only what a checkpoint holds is still to be committed
            source.processingTime(nowMillis);
        }
        for (Member member : operators) {
            member.operator().processingTime(nowMillis);
        }
    }

    /**
     * No record comes any more, so that there is nothing left to wait for. The edges are not told:
     * their readers come to the same end by themselves when all that they read has ended. Event
     * time ends as well; {@link #fire} lets the operators emit what that makes due.
     */
    public void endOfTime() {
        walk.end(operators.stream().map(Member::operator).toList());
    }

    /**
     * The input has ended: lets the operators emit what is left, one after the other.
     *
     * @return whether all is done; otherwise to be called again when the edges take more
     */
    public boolean finish(int maxRecords) throws Exception {
        while (finished < operators.size()) {
            Member member = operators.get(finished);
            try {
                if (!member.operator().finish(maxRecords)) {
                    return false;
                }
            } catch (IOException e) {
                throw OperatorFailure.outside(member.name(), e);
            }
            finished++;
        }
        return true;
    }

    /**
     * Brings to an end what operators have left to do for what is complete; before the chain is
     * closed after it has finished.
     *
     * @return whether all is done; otherwise to be called again when a time has come that an
     *     operator has asked for
     */
    public boolean settle() throws Exception {
        boolean settled = true;
        for (Member member : operators) {
            settled &= member.operator().settle();
        }
        return settled;
    }

    public boolean isAvailable() {
        for (EdgeWriter writer : writers) {
            if (!writer.isAvailable()) {
                return false;
            }
        }
        return true;
    }

    public void flush() {
        for (EdgeWriter writer : writers) {
            writer.flush();
        }
    }

    public List<EdgeWriter> writers() {
        return writers;
    }

    /** Records that the source has emitted so far; 0 without one. */
    public long sourceRecordsEmitted() {
        return source == null ? 0 : source.recordsEmitted();
    }

    public long sourceBytesRead() {
        return source == null ? 0 : source.bytesRead();
    }

    public void cancel() {
        if (source != null) {
            source.cancel();
        }
    }

    /**
     * Closes what was opened, all of it whatever fails.
     *
     * @throws Exception the first failure, with the others suppressed in it
     */
    public void close() throws Exception {
        Closing closing = new Closing();
        if (sourceOpened) {
            sourceOpened = false;
            closing.add(headName, source::close);
        }
        for (int i = operators.size() - opened; i < operators.size(); i++) {
            operators.get(i).close(closing);
        }
        opened = 0;
        stores.forEach(store -> closing.add(headName, store::close));
        if (closing.first != null) {
            throw closing.first;
        }
    }

    /** Calls all that is added to it, whatever fails. */
    private static final class Closing {
        private Exception first;

        interface Call {
            void close() throws Exception;
        }

        void add(String name, Call call) {
            try {
                call.close();
            } catch (Exception e) {
                Exception named = OperatorFailure.outside(name, e);
                if (first == null) {
                    first = named;
                } else {
                    first.addSuppressed(named);
                }
            }
        }
    }
}
