package io.millrace.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavepointPathTest {
    @TempDir Path folder;

    @Test
    void shouldKeepAllButTheNamesOfFilesOfASavepointThatWasMoved() throws Exception {
        CoordinatorState coordinator = new CoordinatorState("uid", 1, new byte[] {1}, List.of());
        CheckpointMetadata written =
                new CheckpointMetadata(
                        7,
                        2,
                        "job",
                        "name",
                        5,
                        List.of(new WorkerFile("worker-w1", 3, 9)),
                        List.of(),
                        CheckpointKind.SAVEPOINT,
                        List.of(coordinator));
        Path moved = Files.createDirectories(folder.resolve("my savepoint"));
        Files.write(moved.resolve("_metadata"), MetadataFormat.write(written));
        Files.write(moved.resolve("worker-w1"), new byte[3]);

        StoredCheckpoint found = SavepointPath.findWhole(moved.toString());

        assertThat(found.metadata().files())
                .containsExactly(new WorkerFile("my savepoint/worker-w1", 3, 9));
        assertThat(found.metadata().kind()).isEqualTo(CheckpointKind.SAVEPOINT);
        assertThat(found.assignment().coordinators())
                .singleElement()
                .satisfies(each -> assertThat(each.uid()).isEqualTo("uid"));
    }

    @Test
    void shouldPlaceFilesBySharedAndOwnFolders() {
        assertThat(SavepointPath.placed("chk-4/worker-1", 4, "kept")).isEqualTo("kept/worker-1");
        assertThat(SavepointPath.placed("worker-1", 4, "kept")).isEqualTo("kept/worker-1");
        assertThat(SavepointPath.placed("shared/3-w", 4, "kept")).isEqualTo("shared/3-w");
    }
}
