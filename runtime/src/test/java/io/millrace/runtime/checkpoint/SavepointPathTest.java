package io.millrace.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.fs.FileSystem;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
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

    /** A job's folder in which the newest checkpoint makes room for the next at some moment. */
    private FileSystem busy(String method, String of) throws Exception {
        FileSystem files = FileSystem.get(folder.toUri());
        put(4);
        return (FileSystem)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {FileSystem.class},
                        (proxy, called, arguments) -> {
                            Path newest = folder.resolve("chk-4");
                            if (called.getName().equals(method)
                                    && arguments[0].toString().endsWith(of)
                                    && Files.exists(newest)) {
                                put(5);
                                files.delete(newest.toUri());
                            }
                            try {
                                return called.isDefault()
                                        ? InvocationHandler.invokeDefault(proxy, called, arguments)
                                        : called.invoke(files, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private void put(long id) throws Exception {
        Path own = Files.createDirectories(folder.resolve("chk-" + id));
        CheckpointMetadata metadata =
                new CheckpointMetadata(
                        id,
                        2,
                        "job",
                        "name",
                        5,
                        List.of(new WorkerFile("chk-" + id + "/worker-w1", 3, 9)),
                        List.of(),
                        CheckpointKind.CHECKPOINT,
                        List.of());
        Files.write(own.resolve("worker-w1"), new byte[3]);
        Files.write(own.resolve("_metadata"), MetadataFormat.write(metadata));
    }

    @Test
    void shouldLookAgainWhenTheJobRemovesWhatWasFound() throws Exception {
        assertThat(
                        SavepointPath.find(busy("open", "chk-4/_metadata"), folder.toString())
                                .metadata()
                                .id())
                .isEqualTo(5);
    }

    @Test
    void shouldLookAgainWhenTheJobRemovesItsFiles() throws Exception {
        assertThat(
                        SavepointPath.findWhole(
                                        busy("status", "chk-4/worker-w1"), folder.toString())
                                .metadata()
                                .id())
                .isEqualTo(5);
    }

    @Test
    void shouldPlaceFilesBySharedAndOwnFolders() {
        assertThat(SavepointPath.placed("chk-4/worker-1", 4, "kept")).isEqualTo("kept/worker-1");
        assertThat(SavepointPath.placed("worker-1", 4, "kept")).isEqualTo("kept/worker-1");
        assertThat(SavepointPath.placed("shared/3-w", 4, "kept")).isEqualTo("shared/3-w");
    }
}
