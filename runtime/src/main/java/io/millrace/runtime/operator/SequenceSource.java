package io.millrace.runtime.operator;

import io.millrace.runtime.checkpoint.ListPart;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.exchange.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Emits the numbers of a range that fall to this subtask: a part without gaps, so that each
 * subtask's numbers ascend.
 */
final class SequenceSource implements Source {
    private static final String RANGES = "ranges";

    private final Output output;
    private long emitted;
    private long next;
    private long last;
    private boolean ended;

    /** Ranges that come after this one: those of several subtasks of a checkpoint. */
    private final Deque<long[]> more = new ArrayDeque<>();

    /**
     * @param from first number of the whole range
     * @param to last number of the whole range; below {@code from} the range is empty
     */
    SequenceSource(long from, long to, int subtask, int parallelism, Output output) {
        this.output = output;
        if (to < from) {
            next = 0;
            last = -1;
            ended = true;
            return;
        }
        // the count may be 2^64, one more than a long holds unsigned: divide count - 1 instead
        long countLessOne = to - from;
        long share = Long.divideUnsigned(countLessOne, parallelism);
        long rest = Long.remainderUnsigned(countLessOne, parallelism) + 1; // 1..parallelism
        // the first `rest` subtasks have share + 1 numbers, the others share
        long before = share * subtask + Math.min(subtask, rest);
        long own = share + (subtask < rest ? 1 : 0);
        next = from + before;
        last = next + own - 1;
        ended = own == 0;
    }

    @Override
    public Progress emit(int maxRecords, Target target) {
        for (int i = 0; i < maxRecords && !ended && !target.isInterrupted(); i++) {
            long value = next;
            ended = value == last;
            next = value + 1;
            emitted++;
            output.process(value, RecordBatch.NO_TIMESTAMP);
        }
        if (ended && !more.isEmpty()) {
            begin(more.poll());
        }
        return ended ? Progress.END : Progress.MORE;
    }

    private void begin(long[] range) {
        next = range[0];
        last = range[1];
        ended = false;
    }

    /** What is left, as ranges: {@code first number, 8 bytes | last number, 8 bytes}. */
    @Override
    public List<SnapshotPart> snapshot(long checkpointId) {
        List<byte[]> ranges = new ArrayList<>();
        if (!ended) {
            ranges.add(range(next, last));
        }
        for (long[] range : more) {
            ranges.add(range(range[0], range[1]));
        }
        return List.of(new ListPart(Kind.SPLIT_LIST, RANGES, "long range", ranges));
    }

    private static byte[] range(long first, long last) {
        return ByteBuffer.allocate(2 * Long.BYTES).putLong(first).putLong(last).array();
    }

    @Override
    public void restore(RestoredOperator state) throws IOException {
        if (!state.isKnown()) {
            return;
        }
        ended = true;
        for (Slice slice : state.lists()) {
            for (byte[] element : state.elements(slice)) {
                ByteBuffer range = ByteBuffer.wrap(element);
                more.add(new long[] {range.getLong(), range.getLong()});
            }
        }
        if (!more.isEmpty()) {
            begin(more.poll());
        }
    }

    @Override
    public long recordsEmitted() {
        return emitted;
    }
}
