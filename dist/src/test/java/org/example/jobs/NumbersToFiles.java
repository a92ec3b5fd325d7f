package org.example.jobs;

import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.fs.Path;
import io.millrace.api.function.RichParallelSourceFunction;
import io.millrace.api.serialization.SimpleStringEncoder;
import io.millrace.api.state.CheckpointListener;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.connector.file.sink.DefaultRollingPolicy;
import io.millrace.connector.file.sink.FileSink;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/**
 * Writes the numbers below a limit into files, exactly once: {@code LIMIT GATE OUTPUT}. The numbers
 * come at about five hundred a second until the gate is open, and all of the rest at once behind
 * it.
 */
public final class NumbersToFiles {
    private NumbersToFiles() {}

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.addSource(new Numbers(Long.parseLong(args[0]), args[1]))
                .name("numbers")
                .uid("numbers")
                .rebalance()
                .map(NumbersToFiles::line)
                .returns(String.class)
                .sinkTo(
                        FileSink.forRowFormat(
                                        new Path(args[2]), new SimpleStringEncoder<String>("UTF-8"))
                                .withBucketAssigner(
                                        (line, context) -> "bucket-" + line.hashCode() % 3)
                                .withRollingPolicy(
                                        DefaultRollingPolicy.builder()
                                                .withMaxPartSize(4_000)
                                                .build())
                                .build())
                .name("files")
                .uid("files");
        env.execute("Numbers to files");
    }

    /** What must stand in the files in the end, sorted. */
    public static List<String> lines(long limit) {
        return LongStream.range(0, limit).mapToObj(NumbersToFiles::line).sorted().toList();
    }

    private static String line(long number) {
        return "number " + number;
    }

    /** Each subtask makes its share. */
    public static final class Numbers extends RichParallelSourceFunction<Long>
            implements CheckpointedFunction, CheckpointListener {
        private final long limit;
        private final String gate;
        private transient ListState<Long> position;
        private long next;
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
            position.update(List.of(next));
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) throws Exception {
            new Gate(gate).leave("complete-" + checkpointId);
        }

        @Override
        public void run(SourceContext<Long> context) throws Exception {
            int subtasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
            Gate open = new Gate(gate);
            boolean slow = true;
            while (running && next < limit) {
                synchronized (context.getCheckpointLock()) {
                    context.collect(next);
                    next += subtasks;
                }
                if (slow) {
                    LockSupport.parkNanos(4_000_000);
                    slow = !open.isOpen();
                }
            }
        }

        @Override
        public void cancel() {
            running = false;
        }
    }
}
