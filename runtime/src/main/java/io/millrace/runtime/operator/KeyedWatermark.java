package io.millrace.runtime.operator;

import io.millrace.runtime.checkpoint.PartWriter;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedStateStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How far event time is for the keys of an operator. It is saved with their state, and after a
 * restore it is for each key what it was: a record that was late is late, and a window that has
 * fired is known to have fired, although the sources may begin with an earlier watermark.
 *
 * <p>Where key groups of several former subtasks come together, they are not equally far; until the
 * subtask's own watermark has passed all of them, each key has its group's.
 *
 * <p>The end of event time is not saved, but what was reached before it: a job that was drained may
 * read on, and where the input has really ended its readers are told again.
 *
 * <p>Unit: milliseconds; {@link Long#MIN_VALUE}: nothing is known.
 *
 * <p>Threads: owned by the subtask.
 */
final class KeyedWatermark {
    private final KeyedStateStore store;
    private final KeyGroupRange groups;

    /** What all keys have reached. */
    private long ofAll = Long.MIN_VALUE;

    /** What each group had reached; null if none is further than all. */
    private long[] ofGroups;

    private long greatest = Long.MIN_VALUE;

    /** What is saved from the end of event time on. */
    private List<SnapshotPart> beforeEnd;

    KeyedWatermark(KeyedStateStore store) {
        this.store = store;
        this.groups = store.keyGroups();
    }

    /** Takes what the key groups had reached, before the operator is opened. */
    void restore(RestoredOperator restored) {
        List<Slice> slices = restored.watermarks();
        if (slices.isEmpty()) {
            return;
        }
        long[] reached = new long[groups.size()];
        Arrays.fill(reached, Long.MIN_VALUE);
        for (Slice slice : slices) {
            Arrays.fill(
                    reached,
                    slice.from() - groups.first(),
                    slice.to() - groups.first(),
                    slice.part().watermarkMillis());
        }
        ofAll = Arrays.stream(reached).min().getAsLong();
        greatest = Arrays.stream(reached).max().getAsLong();
        ofGroups = ofAll == greatest ? null : reached;
    }

    /** A watermark has come; without effect for keys that are further. */
    void advance(long watermark) {
        if (watermark <= ofAll) {
            return;
        }
        if (watermark == Long.MAX_VALUE) {
            beforeEnd = snapshot();
        }
        ofAll = watermark;
        if (watermark >= greatest) {
            ofGroups = null;
        }
    }

    /** What all keys have reached. */
    long ofAll() {
        return ofAll;
    }

    /** What the store's current key has reached. */
    long ofKey() {
        return ofGroups == null ? ofAll : ofGroup(store.currentKeyGroup() - groups.first());
    }

    private long ofGroup(int index) {
        return ofGroups == null ? ofAll : Math.max(ofAll, ofGroups[index]);
    }

    /**
     * One part for each run of key groups that are equally far; none for those of which nothing is
     * known.
     */
    List<SnapshotPart> snapshot() {
        if (beforeEnd != null) {
            return beforeEnd;
        }
        List<SnapshotPart> parts = new ArrayList<>();
        for (int from = 0; from < groups.size(); ) {
            long reached = ofGroup(from);
            int to = ofGroups == null ? groups.size() : from + 1;
            while (to < groups.size() && ofGroup(to) == reached) {
                to++;
            }
            if (reached != Long.MIN_VALUE) {
                parts.add(new Reached(groups.first() + from, groups.first() + to - 1, reached));
            }
            from = to;
        }
        return parts;
    }

    /** What some key groups have reached. */
    private record Reached(int firstGroup, int lastGroup, long millis) implements SnapshotPart {
        @Override
        public void write(PartWriter out) throws IOException {
            out.watermark(firstGroup, lastGroup, millis);
        }
    }
}
