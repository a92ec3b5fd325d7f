package io.millrace.api.source;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Emits what a function makes of the numbers of a sequence, no faster than a limiter allows.
 *
 * <p>Of its splits the one whose next number is the least comes first: the numbers ascend, also
 * where splits stand at different places because they were read by different subtasks before, and
 * no record is late for what another split has brought. So all of them share one watermark, which
 * would otherwise trail behind by a number of each.
 */
final class SequenceReader<T> implements SourceReader<T, SequenceSplit> {
    private static final int PERMITS_AT_ONCE = 1024;

    private final GeneratorFunction<Long, T> function;
    private final RateLimiter limiter;
    private final SourceReaderContext context;

    /**
     * Splits with numbers left: these have places below {@link #count}, in the order of their next
     * numbers, beginning at {@link #at} and round to the place before it.
     */
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
            putInOrder();
        } else {
            remove(at);
            if (at >= count) {
                at = 0;
            }
        }
        output.collect(value);
        return InputStatus.MORE_AVAILABLE;
    }

    /** The split whose turn it was has another number next. */
    private void putInOrder() {
        if (next[at] >= next[at == 0 ? count - 1 : at - 1]) {
            // as always where splits stand as they were cut
            at = following(at);
            return;
        }
        int place = at;
        for (int then = following(at); next[place] > next[then]; then = following(then)) {
            swap(place, then);
            place = then;
        }
    }

    private int following(int place) {
        return place + 1 == count ? 0 : place + 1;
    }

    private void swap(int one, int other) {
        SequenceSplit split = splits[one];
        splits[one] = splits[other];
        splits[other] = split;
        long number = next[one];
        next[one] = next[other];
        next[other] = number;
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
        List<SequenceSplit> all = snapshotState(0);
        all.addAll(added);
        all.sort(Comparator.comparingLong(SequenceSplit::next));
        splits = all.toArray(new SequenceSplit[0]);
        next = all.stream().mapToLong(SequenceSplit::next).toArray();
        count = splits.length;
        at = 0;
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
