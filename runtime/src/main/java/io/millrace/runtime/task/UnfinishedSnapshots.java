package io.millrace.runtime.task;

import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.exchange.BarrierOrder;
import io.millrace.runtime.exchange.ChannelSaving;
import io.millrace.runtime.exchange.Overtaking;
import io.millrace.runtime.exchange.StreamEvent.Barrier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The checkpoints of a subtask for which its operators have given their states, but it is not known
 * yet what of its channels belongs to them: records come before a barrier that is awaited, or a
 * barrier waits in line where it was written and may have to overtake.
 *
 * <p>Threads: owned by the subtask.
 */
final class UnfinishedSnapshots {
    private final InFlightRecords records;
    private final Overtaking overtaking;
    private final TreeMap<Long, Unfinished> unfinished = new TreeMap<>();

    /** Takes what is finished. */
    interface Finished {
        void finished(long checkpointId, List<SubtaskSnapshot.Operator> operators, Taken taken);

        /** What lies in the channels cannot be saved. */
        void failed(long checkpointId, Exception failure);
    }

    /**
     * How the operators gave their states.
     *
     * @param ended whether the subtask had emitted all
     * @param alignmentNanos between the first and the last barrier
     * @param syncNanos for which the subtask stood still
     */
    record Taken(boolean ended, long alignmentNanos, long syncNanos) {}

    private static final class Unfinished {
        final Barrier barrier;
        final ChannelSaving saving;
        final List<SubtaskSnapshot.Operator> operators;
        final Taken taken;
        boolean inLine;
        long deadlineMillis;
        Exception failure;

        Unfinished(
                Barrier barrier,
                ChannelSaving saving,
                List<SubtaskSnapshot.Operator> operators,
                Taken taken) {
            this.barrier = barrier;
            this.saving = saving;
            this.operators = new ArrayList<>(operators);
            this.taken = taken;
        }
    }

    UnfinishedSnapshots(InFlightRecords records, Overtaking overtaking) {
        this.records = records;
        this.overtaking = overtaking;
    }

    /** Keeps what writers hold back for a barrier that is about to be written. */
    InFlightRecords.Unsent held(Barrier barrier, BarrierOrder order) {
        if (!overtaking.mayOvertake(barrier)) {
            return InFlightRecords.Unsent.NOTHING;
        }
        return records.held(
                barrier, overtaking.overtakesAtOnce(barrier) ? BarrierOrder.OVERTAKING : order);
    }

    /**
     * Lets a barrier that was written to all edges overtake at once if it is to; returns what it
     * has overtaken.
     */
    InFlightRecords.Unsent forward(Barrier barrier, BarrierOrder order) {
        return order == BarrierOrder.OVERTAKING || overtaking.overtakesAtOnce(barrier)
                ? records.overtake(barrier)
                : InFlightRecords.Unsent.NOTHING;
    }

    /**
     * All operators have given their states.
     *
     * @param saving of the channels that are read; null if the barrier came in line
     */
    void add(
            Barrier barrier,
            ChannelSaving saving,
            List<SubtaskSnapshot.Operator> operators,
            Taken taken) {
        Unfinished added = new Unfinished(barrier, saving, operators, taken);
        if (overtaking.mayOvertake(barrier) && records.holds(barrier)) {
            added.inLine = true;
            added.deadlineMillis = overtaking.deadlineMillis(barrier);
            overtaking.wakeAt().accept(added.deadlineMillis);
        }
        unfinished.put(barrier.checkpointId(), added);
    }

    boolean isEmpty() {
        return unfinished.isEmpty();
    }

    /** Hands over what has become finished. */
    void look(Finished finished) {
        for (Iterator<Unfinished> all = unfinished.values().iterator(); all.hasNext(); ) {
            Unfinished next = all.next();
            if (next.inLine) {
                if (!records.holds(next.barrier)) {
                    next.inLine = false;
                } else if (overtaking.isPast(next.deadlineMillis)) {
                    overtake(next);
                } else {
                    overtaking.wakeAt().accept(next.deadlineMillis);
                }
            }
            if (next.inLine || next.saving != null && !next.saving.isComplete()) {
                continue;
            }
            all.remove();
            long id = next.barrier.checkpointId();
            Exception failure = takeReceived(next);
            if (failure == null) {
                finished.finished(id, merged(next.operators), next.taken);
            } else {
                release(next);
                finished.failed(id, failure);
            }
        }
    }

    /** Adds what lay in the channels that are read; returns why the whole cannot be saved. */
    private Exception takeReceived(Unfinished next) {
        if (next.failure != null || next.saving == null) {
            return next.failure;
        }
        if (next.saving.failure() != null) {
            return next.saving.failure();
        }
        try {
            next.operators.add(records.received(next.saving));
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    private void overtake(Unfinished next) {
        next.inLine = false;
        InFlightRecords.Unsent unsent = records.overtake(next.barrier);
        next.operators.addAll(unsent.operators());
        next.failure = unsent.failure();
    }

    /** The subtask ends: nothing is to wait in line behind which its channels are closed. */
    void overtakeAll(Finished finished) {
        unfinished.values().stream().filter(next -> next.inLine).forEach(this::overtake);
        look(finished);
    }

    /** One for each operator. */
    private static List<SubtaskSnapshot.Operator> merged(List<SubtaskSnapshot.Operator> all) {
        Map<String, List<SnapshotPart>> parts = new LinkedHashMap<>();
        for (SubtaskSnapshot.Operator operator : all) {
            parts.computeIfAbsent(operator.uid(), uid -> new ArrayList<>())
                    .addAll(operator.parts());
        }
        List<SubtaskSnapshot.Operator> merged = new ArrayList<>();
        parts.forEach(
                (uid, of) -> {
                    if (!of.isEmpty()) {
                        merged.add(new SubtaskSnapshot.Operator(uid, of));
                    }
                });
        return merged;
    }

    /** A checkpoint was given up. */
    void giveUp(long checkpointId) {
        Unfinished gone = unfinished.remove(checkpointId);
        if (gone != null) {
            release(gone);
        }
    }

    /** The subtask is no more. */
    void giveUpAll() {
        unfinished.values().forEach(UnfinishedSnapshots::release);
        unfinished.clear();
    }

    private static void release(Unfinished gone) {
        if (gone.saving != null) {
            gone.saving.release();
        }
        gone.operators.forEach(operator -> operator.parts().forEach(SnapshotPart::release));
    }
}
