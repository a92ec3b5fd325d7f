package io.millrace.api.source;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.type.ResultTypeQueryable;
import io.millrace.api.type.SimpleVersionedSerializer;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import java.util.Collection;

/**
 * The numbers of a range, both ends included. Where it stands is part of its state, which any
 * number of subtasks may share.
 */
public class NumberSequenceSource
        implements Source<Long, SequenceSplit, Collection<SequenceSplit>>,
                ResultTypeQueryable<Long> {
    private static final long serialVersionUID = 1;

    private final long from;
    private final long to;

    /**
     * @param to not below {@code from}
     */
    public NumberSequenceSource(long from, long to) {
        if (from > to) {
            throw new InvalidProgramException(
                    "A sequence from "
                            + from
                            + " to "
                            + to
                            + " has no numbers: the first must not be greater than the last.");
        }
        this.from = from;
        this.to = to;
    }

    public long getFrom() {
        return from;
    }

    public long getTo() {
        return to;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.BOUNDED;
    }

    @Override
    public SplitEnumerator<SequenceSplit, Collection<SequenceSplit>> createEnumerator(
            SplitEnumeratorContext<SequenceSplit> context) {
        return new SequenceEnumerator(
                context, SequenceSplits.of(from, to, context.currentParallelism()));
    }

    @Override
    public SplitEnumerator<SequenceSplit, Collection<SequenceSplit>> restoreEnumerator(
            SplitEnumeratorContext<SequenceSplit> context, Collection<SequenceSplit> checkpoint) {
        return new SequenceEnumerator(context, checkpoint);
    }

    @Override
    public SourceReader<Long, SequenceSplit> createReader(SourceReaderContext context) {
        return new SequenceReader<>(number -> number, NoLimit.INSTANCE, context);
    }

    @Override
    public SimpleVersionedSerializer<SequenceSplit> getSplitSerializer() {
        return SequenceSplits.ONE;
    }

    @Override
    public SimpleVersionedSerializer<Collection<SequenceSplit>>
            getEnumeratorCheckpointSerializer() {
        return SequenceSplits.SEVERAL;
    }

    @Override
    public TypeInformation<Long> getProducedType() {
        return Types.LONG;
    }
}
