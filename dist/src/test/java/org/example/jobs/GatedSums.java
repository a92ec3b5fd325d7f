package org.example.jobs;

import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.function.RichParallelSourceFunction;
import io.millrace.api.tuple.Tuple2;

/**
 * Sums the numbers below a limit by their last digit: {@code LIMIT GATE OUTPUT}. Half of the
 * numbers come before the gate and half behind it.
 */
public final class GatedSums {
    private GatedSums() {}

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.addSource(new Numbers(Long.parseLong(args[0]), args[1]))
                .name("numbers")
                .keyBy(number -> number.f0)
                .sum(1)
                .name("sums")
                .map(sum -> sum.f0 + " " + sum.f1)
                .writeAsText(args[2]);
        env.execute("Gated sums");
    }

    /** Each subtask makes its share; the first one waits at the gate. */
    public static final class Numbers extends RichParallelSourceFunction<Tuple2<Long, Long>> {
        private final long limit;
        private final String gate;
        private volatile boolean running = true;

        Numbers(long limit, String gate) {
            this.limit = limit;
            this.gate = gate;
        }

        @Override
        public void run(SourceContext<Tuple2<Long, Long>> context) throws Exception {
            int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
            int subtasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
            boolean passed = subtask != 0;
            for (long number = subtask; number < limit && running; number += subtasks) {
                if (!passed && number >= limit / 2) {
                    new Gate(gate).arriveAndWait(() -> running);
                    passed = true;
                }
                synchronized (context.getCheckpointLock()) {
                    context.collect(Tuple2.of(number % 10, number));
                }
            }
        }

        @Override
        public void cancel() {
            running = false;
        }
    }
}
