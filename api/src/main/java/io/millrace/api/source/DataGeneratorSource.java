package io.millrace.api.source;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.function.SerializationCheck;
import io.millrace.api.type.ResultTypeQueryable;
import io.millrace.api.type.SimpleVersionedSerializer;
import io.millrace.api.type.TypeInformation;
import java.util.Collection;

/**
 * Records that a function makes of the numbers from 0 on, no faster than a limit allows. Where it
 * stands is part of its state, which any number of subtasks may share: after a failure, or with
 * another parallelism, each number comes once.
 *
 * @param <OUT> type of the records
 */
public class DataGeneratorSource<OUT>
        implements Source<OUT, SequenceSplit, Collection<SequenceSplit>>, ResultTypeQueryable<OUT> {
    private static final long serialVersionUID = 1;

    private final GeneratorFunction<Long, OUT> generatorFunction;
    private final long count;
    private final RateLimiterStrategy rateLimiterStrategy;
    private final TypeInformation<OUT> typeInfo;

    /** Without a limit. */
    public DataGeneratorSource(
            GeneratorFunction<Long, OUT> generatorFunction,
            long count,
            TypeInformation<OUT> typeInfo) {
        this(generatorFunction, count, RateLimiterStrategy.noOp(), typeInfo);
    }

    /**
     * @param count of records, at least 1; {@code Long.MAX_VALUE} for a source that does not end
     */
    public DataGeneratorSource(
            GeneratorFunction<Long, OUT> generatorFunction,
            long count,
            RateLimiterStrategy rateLimiterStrategy,
            TypeInformation<OUT> typeInfo) {
        if (count < 1) {
            throw new InvalidProgramException(
                    "A generator of "
                            + count
                            + " records was asked for; it must be at least 1 (Long.MAX_VALUE for"
                            + " one that does not end).");
        }
        this.generatorFunction =
                SerializationCheck.check(
                        "The generator function",
                        requireNonNull(generatorFunction, "generatorFunction"),
                        "DataGeneratorSource");
        this.count = count;
        this.rateLimiterStrategy = requireNonNull(rateLimiterStrategy, "rateLimiterStrategy");
        this.typeInfo = requireNonNull(typeInfo, "typeInfo");
    }

    @Override
    public Boundedness getBoundedness() {
        return count == Long.MAX_VALUE ? Boundedness.CONTINUOUS_UNBOUNDED : Boundedness.BOUNDED;
    }

    @Override
    public SplitEnumerator<SequenceSplit, Collection<SequenceSplit>> createEnumerator(
            SplitEnumeratorContext<SequenceSplit> context) {
        return new SequenceEnumerator(
                context, SequenceSplits.of(0, count - 1, context.currentParallelism()));
    }

    @Override
    public SplitEnumerator<SequenceSplit, Collection<SequenceSplit>> restoreEnumerator(
            SplitEnumeratorContext<SequenceSplit> context, Collection<SequenceSplit> checkpoint) {
        return new SequenceEnumerator(context, checkpoint);
    }

    @Override
    public SourceReader<OUT, SequenceSplit> createReader(SourceReaderContext context) {
        return new SequenceReader<>(
                generatorFunction,
                rateLimiterStrategy.createRateLimiter(context.currentParallelism()),
                context);
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
    public TypeInformation<OUT> getProducedType() {
        return typeInfo;
    }
}
