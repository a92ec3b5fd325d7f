package io.millrace.testkit.harness;

import io.millrace.api.function.OutputTag;
import io.millrace.api.state.KeyedStateStore;
import io.millrace.api.time.Watermark;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What all harnesses for operators have: the clock, the outputs, snapshots, the end.
 *
 * <p>Order of calls: {@link #initializeState} if it begins from a snapshot, {@link #open}, any
 * number of elements, {@link #close}. {@code initializeState} on an open harness starts the
 * operator anew from the snapshot.
 *
 * <p>Outputs are gathered over the life of the harness, also over a restart; a test clears them if
 * it likes.
 *
 * <p>Threads: one, the test's.
 *
 * <p>Errors: a {@link TaskFailedException} tells what a function has thrown.
 *
 * @param <OUT> type of the records that come out
 */
public abstract sealed class AbstractStreamOperatorTestHarness<OUT> implements AutoCloseable
        permits OneInputStreamOperatorTestHarness, TwoInputStreamOperatorTestHarness {
    static final String MAIN = "output";
    private static final String SIDE = "side output ";

    private final ConcurrentLinkedQueue<Object> output = new ConcurrentLinkedQueue<>();
    private final Map<String, ConcurrentLinkedQueue<StreamRecord<?>>> sides = new LinkedHashMap<>();
    private final TaskProgram program;
    private final int subtask;
    private TaskSnapshot from;
    private TaskHarness task;
    private long nowMillis;

    AbstractStreamOperatorTestHarness(
            TaskProgram program, int subtask, List<? extends OutputTag<?>> sideOutputs) {
        this.program = program;
        this.subtask = subtask;
        sideOutputs.forEach(tag -> sides.put(tag.getId(), new ConcurrentLinkedQueue<>()));
    }

    /** Name of the program's output for a side output. */
    static String nameOf(OutputTag<?> tag) {
        return SIDE + tag.getId();
    }

    /** Opens the operator, with the state that it was given. */
    public void open() {
        if (task != null) {
            throw new IllegalStateException("The operator is open");
        }
        task = program.start(subtask, from, nowMillis);
        gather();
    }

    /**
     * Begins from a snapshot, when it is opened; an open operator is dropped without a word and
     * begins again from the snapshot at once. The snapshot may be of other subtasks, if it holds
     * all of them; see {@link #repackageState}.
     */
    public void initializeState(TaskSnapshot snapshot) {
        from = snapshot;
        if (task != null) {
            task.kill();
            task = null;
            open();
        }
    }

    /** The snapshots of all subtasks in one, to begin with another parallelism. */
    public static TaskSnapshot repackageState(TaskSnapshot... subtasks) {
        return TaskSnapshot.of(List.of(subtasks));
    }

    /** The task that runs the operator, for what this harness has no word for. */
    public TaskHarness task() {
        if (task == null) {
            throw new IllegalStateException("The operator is not open: call open() before");
        }
        return task;
    }

    /** Does something with the task and gathers what comes out, also if it fails. */
    void run(Runnable call) {
        task();
        try {
            call.run();
        } finally {
            gather();
        }
    }

    private void gather() {
        if (task.outputs().contains(MAIN)) { // a sink has none
            output.addAll(task.take(MAIN));
        }
        sides.forEach(
                (id, queue) ->
                        task.take(SIDE + id).stream()
                                .filter(StreamRecord.class::isInstance)
                                .forEach(element -> queue.add((StreamRecord<?>) element)));
    }

    // ------------------------------------------------------------------ time

    /** Lets the clock go on; timers by it fire at their times on the way. */
    public void setProcessingTime(long wallMillis) {
        nowMillis = Math.max(nowMillis, wallMillis);
        if (task != null) {
            run(() -> task.clock(wallMillis));
        }
    }

    /** Lets the clock go on by so many milliseconds. */
    public void advanceProcessingTime(long millis) {
        setProcessingTime(nowMillis + millis);
    }

    /** In milliseconds since 1970; 0 at the start. */
    public long getProcessingTime() {
        return nowMillis;
    }

    // ------------------------------------------------------------------ what has come out

    /** Records and watermarks, in order: {@link StreamRecord}, {@link Watermark}. */
    public ConcurrentLinkedQueue<Object> getOutput() {
        return output;
    }

    /** The values of all records, in order. */
    public List<OUT> extractOutputValues() {
        return extractOutputStreamRecords().stream().map(StreamRecord::value).toList();
    }

    /** All records, in order. */
    @SuppressWarnings("unchecked") // the operator emits nothing else
    public List<StreamRecord<OUT>> extractOutputStreamRecords() {
        List<StreamRecord<OUT>> records = new ArrayList<>();
        for (Object element : output) {
            if (element instanceof StreamRecord<?> record) {
                records.add((StreamRecord<OUT>) record);
            }
        }
        return records;
    }

    /**
     * The records of a side output.
     *
     * @throws IllegalArgumentException if the harness was not told of the tag
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // the operator emits nothing else there
    public <X> Queue<StreamRecord<X>> getSideOutput(OutputTag<X> tag) {
        Queue<StreamRecord<?>> records = sides.get(tag.getId());
        if (records == null) {
            throw new IllegalArgumentException(
                    "The harness was not told of side output '"
                            + tag.getId()
                            + "', only of "
                            + sides.keySet()
                            + ": name its tag when the harness is made");
        }
        return (Queue) records;
    }

    // ------------------------------------------------------------------ state

    /**
     * State that the function has for a key: ask for it by the descriptor that the function uses.
     * Not for states of windows.
     */
    public KeyedStateStore getKeyedState(Object key) {
        return task().state(key);
    }

    /**
     * What the operator would have in a checkpoint.
     *
     * @param checkpointId never used twice
     */
    public TaskSnapshot snapshot(long checkpointId) {
        TaskSnapshot[] taken = new TaskSnapshot[1];
        run(() -> taken[0] = task.snapshot(checkpointId));
        return taken[0];
    }

    /** The same with the clock set to when the checkpoint is triggered. */
    public TaskSnapshot snapshot(long checkpointId, long timestampMillis) {
        setProcessingTime(timestampMillis);
        return snapshot(checkpointId);
    }

    /** A checkpoint, and with it every earlier one, is complete. */
    public void notifyOfCompletedCheckpoint(long checkpointId) {
        run(() -> task.complete(checkpointId));
    }

    /** A checkpoint is given up. */
    public void notifyOfAbortedCheckpoint(long checkpointId) {
        run(() -> task.abort(checkpointId));
    }

    // ------------------------------------------------------------------ the end

    /** All inputs have ended: the operator emits what is left. */
    public void endInput() {
        run(() -> task.endInput());
    }

    /** Closes the operator as a cancelled one. */
    @Override
    public void close() {
        if (task != null) {
            task.close();
        }
    }
}
