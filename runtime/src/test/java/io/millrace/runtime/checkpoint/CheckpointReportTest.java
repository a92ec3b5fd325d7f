package io.millrace.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.type.Types;
import io.millrace.runtime.checkpoint.CheckpointMetadata.Vertex;
import io.millrace.runtime.checkpoint.SnapshotStorage.Stored;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.memory.ManagedMemory;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedStateSettings;
import io.millrace.runtime.state.KeyedStateStore;
import io.millrace.runtime.state.Namespace;
import io.millrace.runtime.state.SnapshotKind;
import io.millrace.runtime.state.StateSnapshot;
import io.millrace.runtime.state.StateTtl;
import io.millrace.runtime.state.StoredLong;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointReportTest {
    @TempDir Path folder;

    @BeforeEach
    void writeCheckpoint() {
        try (ManagedMemory memory = new ManagedMemory(16 << 20);
                KeyedStateStore store =
                        KeyedStateStore.binary(
                                new KeyedStateSettings(
                                        "sums[0]",
                                        Types.LONG,
                                        new KeyGroupRange(0, 127),
                                        128,
                                        new JobClasses(getClass().getClassLoader()),
                                        memory.budget("sums[0]", memory.totalBytes()),
                                        () -> 1))) {
            StoredLong sums = store.longValue("sum", Namespace.none(), StateTtl.NONE);
            for (long key = 0; key < 30; key++) {
                store.setCurrentKey(key);
                sums.put(key);
            }
            write(store.snapshot(12, SnapshotKind.FULL));
        }
    }

    private void write(StateSnapshot keyed) {
        byte[] range = ByteBuffer.allocate(16).putLong(500).putLong(999).array();
        SubtaskSnapshot subtask =
                new SubtaskSnapshot(
                        new AttemptId("job", 0, 0, 1, 1),
                        0,
                        0,
                        List.of(
                                new SubtaskSnapshot.Operator(
                                        "numbers",
                                        List.of(
                                                new ListPart(
                                                        Kind.SPLIT_LIST,
                                                        "ranges",
                                                        "long range",
                                                        List.of(range)))),
                                new SubtaskSnapshot.Operator(
                                        "sums",
                                        List.of(
                                                out ->
                                                        out.keyed(
                                                                "keyed",
                                                                "",
                                                                0,
                                                                127,
                                                                keyed::write)))));
        CheckpointFolder job = new CheckpointFolder(folder.toString());
        FileCheckpointStorage storage = new FileCheckpointStorage(Runnable::run);
        AtomicReference<Stored> stored = new AtomicReference<>();
        storage.write(
                new SnapshotStorage.WorkerSnapshot(job, 12, 1, "w1", List.of(subtask)),
                () -> true,
                stored::set);
        keyed.close();
        Stored.Done done = (Stored.Done) stored.get();
        storage.writePending(
                job,
                new CheckpointMetadata(
                        12,
                        1,
                        "ab".repeat(16),
                        "sum up",
                        1_000_000_000_000L,
                        List.of(done.file()),
                        List.of(
                                new Vertex(
                                        0,
                                        "Source: numbers -> sums",
                                        1,
                                        128,
                                        List.of(
                                                new CheckpointMetadata.Subtask(
                                                        false,
                                                        0,
                                                        done.subtasks().get(0).operators())),
                                        List.of(
                                                new CheckpointMetadata.Operator(
                                                        "numbers", "Source: numbers"),
                                                new CheckpointMetadata.Operator("#1", "Map"),
                                                new CheckpointMetadata.Operator("sums", "sums"))))),
                r -> {});
        storage.publish(job, 12, r -> {});
    }

    private CheckpointReport report(boolean verify) throws IOException {
        return CheckpointReport.of(SavepointPath.find(folder.toString()), verify, ZoneOffset.UTC);
    }

    @Test
    void shouldSayWhatACheckpointHolds() throws IOException {
        CheckpointReport report = report(true);

        assertThat(report.damages()).isEmpty();
        assertThat(report.lines())
                .anyMatch(line -> line.startsWith("Checkpoint 12 of job 'sum up' (abab"))
                .contains("  taken   2001-09-09 01:46:40")
                .contains("Source: numbers -> sums: parallelism 1, maximum parallelism 128")
                .contains("  Source: numbers, uid 'numbers'")
                .contains("    list 'ranges' of long range: 1 elements in 1 subtasks, 20 bytes")
                .contains("      500 to 999")
                .contains("  Map, uid '#1': no state")
                .anyMatch(line -> line.startsWith("    keyed by Long: key groups 0 to 127 in 1"))
                .contains("      'sum', value of Long: 30 entries")
                .anyMatch(line -> line.matches("file chk-12/worker-w1, .*: its sum holds"));
    }

    @Test
    void shouldNameWhatIsDamagedOrMissing() throws IOException {
        Path file = folder.resolve("chk-12/worker-w1");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThat(report(false).damages()).isEmpty();
        assertThat(report(true).damages())
                .anyMatch(d -> d.contains("worker-w1 was not stored as it was written"));

        Files.write(file, new byte[3]);
        assertThat(report(false).damages()).anyMatch(d -> d.contains("worker-w1 has 3 bytes"));
        Files.delete(file);
        assertThat(report(false).damages()).anyMatch(d -> d.contains("worker-w1 is not there"));
    }
}
