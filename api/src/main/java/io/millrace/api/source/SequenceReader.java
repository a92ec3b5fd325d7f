package io.millrace.api.source;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Emits what a function makes of the numbers of a sequence, no faster than a limiter allows.
 *
 * <p>The numbers of its splits come in turn, so that they ascend as long as the splits stand where
 * they were cut.
 */
final class SequenceReader<T> implements SourceReader<T, SequenceSplit> {
    private static final int PERMITS_AT_ONCE = 1024;

    private final GeneratorFunction<Long, T> function;
    private final RateLimiter limiter;
    private final SourceReaderContext context;

    /** Splits with numbers left: these have places below {@link #count}. */
    private SequenceSplit[] splits = new SequenceSplit[0];

    private long[] next = new long[0];
    private int count;
    private int at;
    private int permits;
    private boolean noMoreSplits;
    private CompletableFuture<Void> moreSplits = new CompletableFuture<>();

    SequenceReader(
            GeneratorFunction<Long, T> function, RateLimiter limiter, SourceReaderContext context) {
        this.function = function;
        this.limiter = limiter;
        this.context = context;
    }

    @Override
    public void start() {
        try {
            function.open(context);
        } catch (Exception e) {
            throw new IllegalStateException("The generator function cannot be opened", e);
        }
    }

    @Override
    public InputStatus pollNext(ReaderOutput<T> output) throws Exception {
        if (count == 0) {
            return noMoreSplits ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
        }
        if (permits == 0) {
            permits = limiter.acquire(PERMITS_AT_ONCE);
            if (permits == 0) {
                return InputStatus.NOTHING_AVAILABLE;
            }
        }
        permits--;
        long number = next[at];
        SequenceSplit split = splits[at];
        T value = function.map(number);
        // last - number as unsigned: the whole range may be more than a long holds
        if (Long.compareUnsigned(split.last() - number, split.step()) >= 0) {
            next[at] = number + split.step();
            at++;
        } else {
            remove(at);
        }
        if (at >= count) {
            at = 0;
        }
        output.collect(value);
        return InputStatus.MORE_AVAILABLE;
    }

    private void remove(int place) {
        count--;
        System.arraycopy(splits, place + 1, splits, place, count - place);
        System.arraycopy(next, place + 1, next, place, count - place);
    }

    @Override
    public List<SequenceSplit> snapshotState(long checkpointId) {
        List<SequenceSplit> left = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SequenceSplit split = splits[i];
            left.add(new SequenceSplit(split.part(), next[i], split.last(), split.step()));
        }
        return left;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        if (count == 0) {
            return noMoreSplits ? CompletableFuture.completedFuture(null) : moreSplits;
        }
        return limiter.available();
    }

    @Override
    public void addSplits(List<SequenceSplit> added) {
        splits = Arrays.copyOf(splits, count + added.size());
        next = Arrays.copyOf(next, count + added.size());
        for (SequenceSplit split : added) {
            splits[count] = split;
            next[count] = split.next();
            count++;
        }
        wake();
    }

    @Override
    public void notifyNoMoreSplits() {
        noMoreSplits = true;
        wake();
    }

    private void wake() {
        CompletableFuture<Void> waiting = moreSplits;
        moreSplits = new CompletableFuture<>();
        waiting.complete(null);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
        limiter.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void close() throws Exception {
        function.close();
    }
}
