package io.millrace.api.source;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Gives each reader its share of a sequence's splits as soon as it is there. */
final class SequenceEnumerator
        implements SplitEnumerator<SequenceSplit, Collection<SequenceSplit>> {
    private final SplitEnumeratorContext<SequenceSplit> context;
    private final List<SequenceSplit> unassigned;

    SequenceEnumerator(
            SplitEnumeratorContext<SequenceSplit> context, Collection<SequenceSplit> unassigned) {
        this.context = context;
        this.unassigned = new ArrayList<>(unassigned);
    }

    @Override
    public void start() {}

    @Override
    public void addReader(int subtaskId) {
        List<SequenceSplit> share = new ArrayList<>();
        Iterator<SequenceSplit> each = unassigned.iterator();
        while (each.hasNext()) {
            SequenceSplit split = each.next();
            if (split.part() % context.currentParallelism() == subtaskId) {
                share.add(split);
                each.remove();
            }
        }
        if (!share.isEmpty()) {
            context.assignSplits(new SplitsAssignment<>(Map.of(subtaskId, share)));
        }
        context.signalNoMoreSplits(subtaskId);
    }

    @Override
    public void handleSplitRequest(int subtaskId, String requesterHostname) {
        throw new IllegalStateException("Readers of a sequence do not ask for splits");
    }

    /** The reader's next attempt gets them: they are its share. */
    @Override
    public void addSplitsBack(List<SequenceSplit> splits, int subtaskId) {
        unassigned.addAll(splits);
    }

    @Override
    public Collection<SequenceSplit> snapshotState(long checkpointId) {
        return List.copyOf(unassigned);
    }

    @Override
    public void close() {}
}
