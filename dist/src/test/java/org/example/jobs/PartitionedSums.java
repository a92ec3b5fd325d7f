package org.example.jobs;

import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.RichParallelSourceFunction;
import io.millrace.api.state.CheckpointListener;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.tuple.Tuple2;
import io.millrace.api.type.Types;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sums the numbers below a limit by their last digit, with checkpoints: {@code LIMIT GATE}. The
 * numbers come in partitions, which go to other subtasks when the parallelism changes; those behind
 * the half wait until the gate is open.
 */
public final class PartitionedSums {
    private static final int PARTITIONS = 8;

    private PartitionedSums() {}

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.addSource(new Numbers(Long.parseLong(args[0]), args[1]))
                .name("numbers")
                .uid("numbers")
                .keyBy(number -> number.f0)
                .sum(1)
                .name("sums")
                .uid("sums")
                .addSink(new CheckpointedSums.Lines(args[1]))
                .name("lines");
        env.execute("Partitioned sums");
    }

    /** Each subtask makes the numbers of its partitions. */
    public static final class Numbers extends RichParallelSourceFunction<Tuple2<Long, Long>>
            implements CheckpointedFunction, CheckpointListener {
        private final long limit;
        private final String gate;
        private final Map<Integer, Long> next = new TreeMap<>();
        private transient ListState<Tuple2<Integer, Long>> saved;
        private boolean savedAtHalf;
        private volatile boolean running = true;

        Numbers(long limit, String gate) {
            this.limit = limit;
            this.gate = gate;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            saved =
                    context.getOperatorStateStore()
                            .getListState(
                                    new ListStateDescriptor<>(
                                            "next", Types.TUPLE(Types.INT, Types.LONG)));
            if (context.isRestored()) {
                for (Tuple2<Integer, Long> partition : saved.get()) {
                    next.put(partition.f0, partition.f1);
                    new Gate(gate).leave("restored-" + partition.f1);
                }
                return;
            }
            int subtasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
            int first = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
            for (int partition = first; partition < PARTITIONS; partition += subtasks) {
                next.put(partition, (long) partition);
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            saved.clear();
            for (Map.Entry<Integer, Long> partition : next.entrySet()) {
                saved.add(Tuple2.of(partition.getKey(), partition.getValue()));
            }
            savedAtHalf = next.values().stream().allMatch(at -> at >= limit / 2);
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) throws Exception {
            if (savedAtHalf && getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0) {
                new Gate(gate).leave("complete-" + checkpointId);
            }
        }

        @Override
        public void run(SourceContext<Tuple2<Long, Long>> context) throws Exception {
            emit(context, limit / 2);
            if (running) {
                new Gate(gate).arriveAndWait(() -> running);
                emit(context, limit);
            }
        }

        private void emit(SourceContext<Tuple2<Long, Long>> context, long end) {
            for (Map.Entry<Integer, Long> partition : next.entrySet()) {
                while (running && partition.getValue() < end) {
                    synchronized (context.getCheckpointLock()) {
                        long number = partition.getValue();
                        context.collect(Tuple2.of(number % 10, number));
                        partition.setValue(number + PARTITIONS);
                    }
                }
            }
        }

        @Override
        public void cancel() {
            running = false;
        }
    }
}
