package io.millrace.testkit.simulation;

import io.millrace.api.source.Boundedness;
import io.millrace.api.source.InputStatus;
import io.millrace.api.source.NumberSequenceSource;
import io.millrace.api.source.ReaderOutput;
import io.millrace.api.source.SequenceSplit;
import io.millrace.api.source.Source;
import io.millrace.api.source.SourceReader;
import io.millrace.api.source.SourceReaderContext;
import io.millrace.api.source.SplitEnumerator;
import io.millrace.api.source.SplitEnumeratorContext;
import io.millrace.api.type.SimpleVersionedSerializer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The numbers of a range in many small splits, of which a reader asks for one at a time: splits are
 * on their way to readers all the time.
 */
final class PulledRanges implements Source<Long, SequenceSplit, Collection<SequenceSplit>> {
    private static final long serialVersionUID = 1;

    private final String simulation;
    private final String uid;
    private final long from;
    private final long to;
    private final int splits;

    /**
     * @param simulation its name
     * @param uid of the source
     * @param from first number, whose time is 0
     */
    PulledRanges(String simulation, String uid, long from, long to, int splits) {
        this.simulation = simulation;
        this.uid = uid;
        this.from = from;
        this.to = to;
        this.splits = splits;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.BOUNDED;
    }

    @Override
    public SplitEnumerator<SequenceSplit, Collection<SequenceSplit>> createEnumerator(
            SplitEnumeratorContext<SequenceSplit> context) {
        List<SequenceSplit> all = new ArrayList<>();
        long count = to - from + 1;
        for (int i = 0; i < splits; i++) {
            all.add(
                    new SequenceSplit(
                            i, from + count * i / splits, from + count * (i + 1) / splits - 1, 1));
        }
        return new Enumerator(context, all);
    }

    @Override
    public SplitEnumerator<SequenceSplit, Collection<SequenceSplit>> restoreEnumerator(
            SplitEnumeratorContext<SequenceSplit> context, Collection<SequenceSplit> checkpoint) {
        return new Enumerator(context, checkpoint);
    }

    @Override
    public SourceReader<Long, SequenceSplit> createReader(SourceReaderContext context) {
        return new Reader(AlignedReaders.of(simulation), uid, from, context);
    }

    @Override
    public SimpleVersionedSerializer<SequenceSplit> getSplitSerializer() {
        return new NumberSequenceSource(0, 0).getSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<Collection<SequenceSplit>>
            getEnumeratorCheckpointSerializer() {
        return new NumberSequenceSource(0, 0).getEnumeratorCheckpointSerializer();
    }

    private static final class Enumerator
            implements SplitEnumerator<SequenceSplit, Collection<SequenceSplit>> {
        private final SplitEnumeratorContext<SequenceSplit> context;
        private final Deque<SequenceSplit> left;

        Enumerator(SplitEnumeratorContext<SequenceSplit> context, Collection<SequenceSplit> left) {
            this.context = context;
            this.left = new ArrayDeque<>(left);
        }

        @Override
        public void start() {}

        @Override
        public void addReader(int subtaskId) {
            // it asks
        }

        @Override
        public void handleSplitRequest(int subtaskId, String requesterHostname) {
            SequenceSplit next = left.poll();
            if (next == null) {
                context.signalNoMoreSplits(subtaskId);
            } else {
                context.assignSplit(next, subtaskId);
            }
        }

        @Override
        public void addSplitsBack(List<SequenceSplit> splits, int subtaskId) {
            left.addAll(splits);
        }

        @Override
        public Collection<SequenceSplit> snapshotState(long checkpointId) {
            return List.copyOf(left);
        }

        @Override
        public void close() {}
    }

    private static final class Reader implements SourceReader<Long, SequenceSplit> {
        /** Null if nobody watches how far it goes. */
        private final AlignedReaders watched;

        private final String uid;
        private final long from;
        private final SourceReaderContext context;
        private final Deque<SequenceSplit> splits = new ArrayDeque<>();
        private boolean noMore;
        private CompletableFuture<Void> available = new CompletableFuture<>();

        Reader(AlignedReaders watched, String uid, long from, SourceReaderContext context) {
            this.watched = watched;
            this.uid = uid;
            this.from = from;
            this.context = context;
        }

        @Override
        public void start() {
            if (splits.isEmpty()) {
                context.sendSplitRequest();
            }
        }

        @Override
        public InputStatus pollNext(ReaderOutput<Long> output) {
            SequenceSplit split = splits.poll();
            if (split == null) {
                return noMore ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
            }
            if (split.next() <= split.last()) {
                splits.addFirst(new SequenceSplit(split.part(), split.next() + 1, split.last(), 1));
                if (watched != null) {
                    watched.emits(uid, context.getIndexOfSubtask(), split.next() - from);
                }
                output.createOutputForSplit(split.splitId()).collect(split.next());
            } else {
                if (watched != null) {
                    watched.begins(uid, context.getIndexOfSubtask());
                }
                output.releaseOutputForSplit(split.splitId());
                if (splits.isEmpty()) {
                    context.sendSplitRequest();
                }
            }
            return InputStatus.MORE_AVAILABLE;
        }

        @Override
        public List<SequenceSplit> snapshotState(long checkpointId) {
            return List.copyOf(splits);
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return available;
        }

        @Override
        public void addSplits(List<SequenceSplit> added) {
            splits.addAll(added);
            wake();
        }

        @Override
        public void notifyNoMoreSplits() {
            noMore = true;
            wake();
        }

        private void wake() {
            CompletableFuture<Void> waiting = available;
            available = new CompletableFuture<>();
            waiting.complete(null);
        }

        @Override
        public void close() {}
    }
}
