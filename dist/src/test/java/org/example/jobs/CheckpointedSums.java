package org.example.jobs;

import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.RichParallelSourceFunction;
import io.millrace.api.function.RichSinkFunction;
import io.millrace.api.state.CheckpointListener;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.tuple.Tuple2;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Sums the numbers below a limit by their last digit, with checkpoints: {@code LIMIT GATE}. Half of
 * the numbers come before the gate and half behind it; the sums go into files in the gate's folder.
 */
public final class CheckpointedSums {
    private CheckpointedSums() {}

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.addSource(new Numbers(Long.parseLong(args[0]), args[1]))
                .name("numbers")
                .uid("numbers")
                .keyBy(number -> number.f0)
                .sum(1)
                .name("sums")
                .uid("sums")
                .addSink(new Lines(args[1]))
                .name("lines");
        env.execute("Checkpointed sums");
    }

    /** Each subtask makes its share; the first one waits at the gate, between checkpoints. */
    public static final class Numbers extends RichParallelSourceFunction<Tuple2<Long, Long>>
            implements CheckpointedFunction, CheckpointListener {
        private final long limit;
        private final String gate;
        private transient ListState<Long> position;
        private long next;
        private long savedNext;
        private volatile boolean running = true;

        Numbers(long limit, String gate) {
            this.limit = limit;
            this.gate = gate;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            position =
                    context.getOperatorStateStore()
                            .getListState(new ListStateDescriptor<>("position", Long.class));
            next = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
            for (long restored : position.get()) {
                next = restored;
                new Gate(gate).leave("restored-" + restored);
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            savedNext = next;
            position.update(List.of(next));
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) throws Exception {
            if (isFirst() && savedNext >= limit / 2) {
                new Gate(gate).leave("complete-" + checkpointId);
            }
        }

        @Override
        public void run(SourceContext<Tuple2<Long, Long>> context) throws Exception {
            int subtasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
            boolean passed = !isFirst();
            while (running && next < limit) {
                if (!passed && next >= limit / 2) {
                    new Gate(gate).arriveAndWait(() -> running);
                    passed = true;
                }
                synchronized (context.getCheckpointLock()) {
                    context.collect(Tuple2.of(next % 10, next));
                    next += subtasks;
                }
            }
        }

        private boolean isFirst() {
            return getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0;
        }

        @Override
        public void cancel() {
            running = false;
        }
    }

    /** Appends a line for each record to a file of its own. */
    public static final class Lines extends RichSinkFunction<Tuple2<Long, Long>> {
        private final String folder;

        Lines(String folder) {
            this.folder = folder;
        }

        @Override
        public void invoke(Tuple2<Long, Long> sum, Context context) {
            Path file =
                    Path.of(
                            folder,
                            "sums-" + getRuntimeContext().getTaskInfo().getIndexOfThisSubtask());
            try {
                Files.createDirectories(file.getParent());
                Files.writeString(
                        file,
                        sum.f0 + " " + sum.f1 + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
