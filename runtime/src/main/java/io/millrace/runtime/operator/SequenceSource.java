package io.millrace.runtime.operator;

import io.millrace.runtime.exchange.RecordBatch;

/**
 * Emits the numbers of a range that fall to this subtask: a part without gaps, so that each
 * subtask's numbers ascend.
 */
final class SequenceSource implements Source {
    private final Output output;
    private long emitted;
    private long next;
    private final long last;
    private boolean ended;

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
        return ended ? Progress.END : Progress.MORE;
    }

    @Override
    public long recordsEmitted() {
        return emitted;
    }
}
