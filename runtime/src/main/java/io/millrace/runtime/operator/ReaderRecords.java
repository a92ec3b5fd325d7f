package io.millrace.runtime.operator;

import io.millrace.api.source.ReaderOutput;
import io.millrace.api.source.SourceOutput;
import io.millrace.api.time.Watermark;
import java.util.HashMap;
import java.util.Map;

/**
 * The output of a reader: one for what it emits without naming a split, and one for each split.
 *
 * <p>Threads: owned by the subtask.
 */
final class ReaderRecords implements ReaderOutput<Object>, SourceRecords {
    private final SplitOutputs outputs;
    private final SplitMarks marks;
    private final long intervalMillis;
    private final ProcessingTime time;
    private final Map<String, Split> splits = new HashMap<>();
    private TimedRecords main;
    private long countOfEnded;
    private long nextMillis;

    private record Split(TimedRecords records, SplitMarks.Part marks) {}

    /**
     * @param intervalMillis between two watermarks by the wall clock; 0 for none
     */
    ReaderRecords(
            SplitOutputs outputs, SplitMarks marks, long intervalMillis, ProcessingTime time) {
        this.outputs = outputs;
        this.marks = marks;
        this.intervalMillis = intervalMillis;
        this.time = time;
    }

    @Override
    public void open() {
        main = outputs.make(marks.own());
        if (intervalMillis > 0) {
            nextMillis = time.nowMillis() + intervalMillis;
            time.wakeAt(nextMillis);
        }
    }

    @Override
    public void processingTime(long nowMillis) {
        if (intervalMillis == 0) {
            return;
        }
        if (nowMillis >= nextMillis) {
            if (main.count() > 0 || splits.isEmpty()) {
                main.periodic();
            }
            for (Split split : splits.values()) {
                split.records().periodic();
            }
            nextMillis = nowMillis + intervalMillis;
        }
        time.wakeAt(nextMillis);
    }

    @Override
    public long count() {
        long count = countOfEnded + (main == null ? 0 : main.count());
        for (Split split : splits.values()) {
            count += split.records().count();
        }
        return count;
    }

    @Override
    public void collect(Object record) {
        main.collect(record);
    }

    @Override
    public void collect(Object record, long timestamp) {
        main.collect(record, timestamp);
    }

    @Override
    public void emitWatermark(Watermark watermark) {
        main.emitWatermark(watermark);
    }

    @Override
    public void markIdle() {
        main.markIdle();
    }

    @Override
    public void markActive() {
        main.markActive();
    }

    @Override
    public SourceOutput<Object> createOutputForSplit(String splitId) {
        Split split = splits.get(splitId);
        if (split == null) {
            SplitMarks.Part part = marks.split(splitId);
            split = new Split(outputs.make(part), part);
            splits.put(splitId, split);
        }
        return split.records();
    }

    @Override
    public void releaseOutputForSplit(String splitId) {
        Split split = splits.remove(splitId);
        if (split != null) {
            countOfEnded += split.records().count();
            split.marks().leave();
        }
    }
}
