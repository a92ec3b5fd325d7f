package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Configuration;
import io.millrace.api.function.SinkFunction;
import io.millrace.api.state.CheckpointedFunction;
import io.millrace.api.state.FunctionInitializationContext;
import io.millrace.api.state.FunctionSnapshotContext;
import io.millrace.api.type.TypeInformation;
import io.millrace.api.type.Types;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.WorkerChannels;
import io.millrace.runtime.operator.KeyedStores;
import io.millrace.runtime.operator.SubtaskContext;
import io.millrace.runtime.state.KeyedStateStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a checkpoint keeps of channels on disk when it fails where it was kept. */
class KeptChannelsTest {
    private static final StreamEvent.Barrier BARRIER =
            new StreamEvent.Barrier(7, 1, 0, CheckpointKind.CHECKPOINT);

    private final WorkerChannels channels =
            new WorkerChannels("w", new DirectRun.NoRemote(), 64, 64 << 20);
    private final List<String> journal = new ArrayList<>();
    private final List<FileChannel> files = new ArrayList<>();

    @TempDir Path folder;

    /** Keeps files, so that a test sees whether they are closed. */
    private final class Disk implements KeyedStores {
        @Override
        public KeyedStateStore open(
                SubtaskContext subtask, String operatorName, TypeInformation<?> keyType) {
            throw new AssertionError(operatorName);
        }

        @Override
        public FileChannel localFile(SubtaskContext subtask) throws IOException {
            files.add(
                    FileChannel.open(
                            Files.createTempFile(folder, "kept", ""),
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE));
            return files.get(files.size() - 1);
        }
    }

    private static final class Refusing implements SinkFunction<String>, CheckpointedFunction {
        private static final long serialVersionUID = 1;

        @Override
        public void invoke(String value, Context context) {}

        @Override
        public void initializeState(FunctionInitializationContext context) {}

        @Override
        public void snapshotState(FunctionSnapshotContext context) {
            throw new IllegalStateException("no state");
        }
    }

    @Test
    void shouldCloseTheFileWhenAFunctionRefusesItsState() throws Exception {
        DirectRun job =
                new DirectRun(
                        1,
                        env -> {
                            env.configure(
                                    Configuration.fromMap(
                                            Map.of(
                                                    "execution.checkpointing.interval", "1 h",
                                                    "execution.checkpointing.unaligned.enabled",
                                                            "true",
                                                    "execution.checkpointing.dir",
                                                            folder.toUri().toString())));
                            env.fromSequence(1, 12)
                                    .map(number -> "x".repeat(1 << 20), Types.STRING)
                                    .rebalance()
                                    .addSink(new Refusing());
                        });
        Disk disk = new Disk();
        DrivenSubtask reader = new DrivenSubtask(channels, job.deployment(1, 0), journal, disk);
        DrivenSubtask source = new DrivenSubtask(channels, job.deployment(0, 0), journal, disk);
        reader.step();
        for (int i = 0; i < 6; i++) {
            source.step();
        }

        source.running.triggerCheckpoint(BARRIER);
        source.runAll();
        reader.runAll();

        assertThat(journal).contains("1 Failed");
        assertThat(files).isNotEmpty().noneMatch(FileChannel::isOpen);
    }
}
