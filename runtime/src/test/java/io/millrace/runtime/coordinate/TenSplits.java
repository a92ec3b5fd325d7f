package io.millrace.runtime.coordinate;

import io.millrace.api.source.Boundedness;
import io.millrace.api.source.NumberSequenceSource;
import io.millrace.api.source.SequenceSplit;
import io.millrace.api.source.Source;
import io.millrace.api.source.SourceEvent;
import io.millrace.api.source.SourceReader;
import io.millrace.api.source.SourceReaderContext;
import io.millrace.api.source.SplitEnumerator;
import io.millrace.api.source.SplitEnumeratorContext;
import io.millrace.api.type.SimpleVersionedSerializer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/** Splits with the numbers 0 to 9, for whoever asks, and for whom it is told to give one. */
final class TenSplits implements Source<Long, SequenceSplit, Collection<SequenceSplit>> {
    private static final long serialVersionUID = 1L;
    private final boolean answersAtOnce;

    /** Has the enumerator give a split to the reader that tells it. */
    record Give() implements SourceEvent {}

    TenSplits() {
        this(true);
    }

    /**
     * @param answersAtOnce false if those who ask wait until they are given something
     */
    TenSplits(boolean answersAtOnce) {
        this.answersAtOnce = answersAtOnce;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.BOUNDED;
    }

    @Override
    public SplitEnumerator<SequenceSplit, Collection<SequenceSplit>> createEnumerator(
            SplitEnumeratorContext<SequenceSplit> context) {
        return restoreEnumerator(
                context,
                IntStream.range(0, 10).mapToObj(i -> new SequenceSplit(i, i, i, 1)).toList());
    }

    @Override
    public SplitEnumerator<SequenceSplit, Collection<SequenceSplit>> restoreEnumerator(
            SplitEnumeratorContext<SequenceSplit> context, Collection<SequenceSplit> checkpoint) {
        Deque<SequenceSplit> left = new ArrayDeque<>(checkpoint);
        return new SplitEnumerator<>() {
            @Override
            public void start() {}

            @Override
            public void addReader(int subtaskId) {}

            @Override
            public void handleSplitRequest(int subtaskId, String host) {
                if (!answersAtOnce) {
                    return;
                }
                if (left.isEmpty()) {
                    context.signalNoMoreSplits(subtaskId);
                } else {
                    context.assignSplit(left.poll(), subtaskId);
                }
            }

            @Override
            public void handleSourceEvent(int subtaskId, SourceEvent event) {
                if (!(event instanceof Give)) {
                    throw new IllegalStateException("an event that nobody expects");
                }
                context.assignSplit(left.poll(), subtaskId);
            }

            @Override
            public void addSplitsBack(List<SequenceSplit> splits, int subtaskId) {
                splits.forEach(left::addFirst);
            }

            @Override
            public Collection<SequenceSplit> snapshotState(long checkpointId) {
                return List.copyOf(left);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public SourceReader<Long, SequenceSplit> createReader(SourceReaderContext context) {
        throw new UnsupportedOperationException();
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
}
