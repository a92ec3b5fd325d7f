package org.example.jobs;

import io.millrace.api.StreamExecutionEnvironment;
import io.millrace.api.fs.Path;
import io.millrace.api.function.RichMapFunction;
import io.millrace.api.state.CheckpointListener;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.state.ListState;
import io.millrace.api.state.ListStateDescriptor;
import io.millrace.api.time.WatermarkStrategy;
import io.millrace.api.tuple.Tuple2;
import io.millrace.connector.file.FileSource;
import io.millrace.connector.file.TextLineInputFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Sums the numbers in the lines of files by their last digit, with checkpoints: {@code FOLDER
 * GATE}. It is slow until the gate is open; the sums go into files in the gate's folder.
 */
public final class FileSums {
    private FileSums() {}

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSource(
                        FileSource.forRecordStreamFormat(
                                        new TextLineInputFormat(), new Path(args[0]))
                                .build(),
                        WatermarkStrategy.noWatermarks(),
                        "files")
                .uid("files")
                .map(new Slow(args[1]))
                .uid("slow")
                .keyBy(number -> number.f0)
                .sum(1)
                .uid("sums")
                .addSink(new CheckpointedSums.Lines(args[1]))
                .name("lines");
        env.execute("Sums of files");
    }

    /** Takes a millisecond for each line until the gate is open. */
    public static final class Slow extends RichMapFunction<String, Tuple2<Long, Long>>
            implements CheckpointedFunction, CheckpointListener {
        private final String gate;
        private transient ListState<Long> state;
        private long lines;
        private long savedLines;
        private boolean open;

        Slow(String gate) {
            this.gate = gate;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            state =
                    context.getOperatorStateStore()
                            .getListState(new ListStateDescriptor<>("lines", Long.class));
            for (long restored : state.get()) {
                lines = restored;
                new Gate(gate).leave("restored-" + restored);
            }
            new Gate(gate).leave("arrived");
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            savedLines = lines;
            state.update(List.of(lines));
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) throws IOException {
            if (savedLines > 0) {
                new Gate(gate).leave("complete-" + checkpointId);
            }
        }

        @Override
        public Tuple2<Long, Long> map(String line) {
            lines++;
            if (!open) {
                LockSupport.parkNanos(1_000_000);
                open = lines % 20 == 0 && Files.exists(java.nio.file.Path.of(gate, "open"));
            }
            long number = Long.parseLong(line);
            return Tuple2.of(number % 10, number);
        }
    }
}
