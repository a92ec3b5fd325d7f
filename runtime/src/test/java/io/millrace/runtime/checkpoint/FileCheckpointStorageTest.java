package io.millrace.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.checkpoint.CheckpointStorage.Result;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.SnapshotStorage.Stored;
import io.millrace.runtime.checkpoint.SnapshotStorage.WorkerSnapshot;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.schedule.AttemptId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCheckpointStorageTest {
    private static final AttemptId ATTEMPT = new AttemptId("job", 0, 0, 1, 1);

    private final FileCheckpointStorage storage = new FileCheckpointStorage(Runnable::run);
    private final AtomicInteger released = new AtomicInteger();

    @TempDir Path folder;
    private CheckpointFolder checkpoints;

    @BeforeEach
    void prepare() {
        checkpoints = CheckpointFolder.of(folder.toString(), "job");
        assertThat(prepared()).isInstanceOf(Result.Done.class);
    }

    private Result<Void> prepared() {
        AtomicReference<Result<Void>> result = new AtomicReference<>();
        storage.prepare(checkpoints, result::set);
        return result.get();
    }

    private Stored write(long id, SnapshotPart... parts) {
        AtomicReference<Stored> stored = new AtomicReference<>();
        storage.write(
                new WorkerSnapshot(
                        checkpoints,
                        id,
                        1,
                        "w1",
                        List.of(
                                new SubtaskSnapshot(
                                        ATTEMPT,
                                        1,
                                        2,
                                        List.of(
                                                new SubtaskSnapshot.Operator(
                                                        "uid", List.of(parts)))))),
                () -> true,
                stored::set);
        return stored.get();
    }

    private SnapshotPart list(String name, String... elements) {
        List<byte[]> bytes = new ArrayList<>();
        for (String element : elements) {
            bytes.add(element.getBytes(StandardCharsets.UTF_8));
        }
        ListPart part = new ListPart(Kind.SPLIT_LIST, name, "String", bytes);
        return new SnapshotPart() {
            @Override
            public void write(PartWriter out) throws java.io.IOException {
                part.write(out);
            }

            @Override
            public void release() {
                released.incrementAndGet();
            }
        };
    }

    private static SnapshotPart keyed(byte[] bytes) {
        return out -> out.keyed("keyed", "", 0, 63, to -> to.write(bytes, 0, bytes.length));
    }

    private StateReader reader() throws Exception {
        return new StateReader(new RestoredState(7, checkpoints.path(), false, List.of()));
    }

    private static List<String> texts(List<byte[]> elements) {
        return elements.stream().map(e -> new String(e, StandardCharsets.UTF_8)).toList();
    }

    @Test
    void shouldReadTheElementsOfASliceAndNoOthers() throws Exception {
        Stored.Done done = (Stored.Done) write(7, list("a", "one"), list("b", "x", "", "y", "z"));
        StatePart part = done.subtasks().get(0).operators().get(0).parts().get(1);

        try (StateReader reader = reader()) {
            assertThat(texts(reader.elements(new Slice(done.file(), part, 1, 3))))
                    .containsExactly("", "y");
        }
        assertThat(released).hasValue(2);
    }

    @Test
    void shouldReadKeyedStateInPieces() throws Exception {
        byte[] bytes = new byte[100_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        Stored.Done done = (Stored.Done) write(7, list("a", "one"), keyed(bytes));
        StatePart part = done.subtasks().get(0).operators().get(0).parts().get(1);
        byte[] read = new byte[bytes.length];

        try (StateReader reader = reader()) {
            var input = reader.input(new Slice(done.file(), part, 0, 64));
            assertThat(input.length()).isEqualTo(bytes.length);
            input.read(50_000, read, 50_000, 50_000);
            input.read(0, read, 0, 20_000);
            input.read(20_000, read, 20_000, 30_000);
            assertThatThrownBy(() -> input.read(99_999, read, 0, 2))
                    .isInstanceOf(DamagedCheckpointException.class);
        }
        assertThat(read).isEqualTo(bytes);
    }

    @Test
    void shouldNameTheFileWhenItIsDamagedShortOrGone() throws Exception {
        Stored.Done done = (Stored.Done) write(7, list("a", "one", "two"));
        StatePart part = done.subtasks().get(0).operators().get(0).parts().get(0);
        Slice all = new Slice(done.file(), part, 0, 2);
        Path file = folder.resolve("job").resolve(done.file().name());
        byte[] good = Files.readAllBytes(file);

        byte[] flipped = good.clone();
        flipped[(int) part.offset() + 5] ^= 1;
        Files.write(file, flipped);
        try (StateReader reader = reader()) {
            assertThatThrownBy(() -> reader.elements(all))
                    .isInstanceOf(DamagedCheckpointException.class)
                    .hasMessageContaining("chk-7/worker-w1 is damaged: the checksum")
                    .hasMessageContaining("State 'a' of checkpoint 7");
        }
        Files.write(file, java.util.Arrays.copyOf(good, (int) part.offset() + 3));
        try (StateReader reader = reader()) {
            assertThatThrownBy(() -> reader.elements(all)).hasMessageContaining("too early");
        }
        Files.delete(file);
        try (StateReader reader = reader()) {
            assertThatThrownBy(() -> reader.elements(all)).hasMessageContaining("is not there");
        }
    }

    private static CheckpointMetadata metadata(long id) {
        return new CheckpointMetadata(
                id,
                3,
                "job",
                "Jöb",
                12345,
                List.of(new WorkerFile("chk-" + id + "/worker-w1", 99, -7)),
                List.of(
                        new CheckpointMetadata.Vertex(
                                0,
                                "source",
                                2,
                                128,
                                List.of(
                                        new CheckpointMetadata.Subtask(true, 0, List.of()),
                                        new CheckpointMetadata.Subtask(
                                                false,
                                                0,
                                                List.of(
                                                        new OperatorState(
                                                                "uid",
                                                                List.of(
                                                                        new StatePart(
                                                                                Kind.UNION_LIST,
                                                                                "s",
                                                                                "Long",
                                                                                4,
                                                                                0,
                                                                                0,
                                                                                17,
                                                                                40,
                                                                                -1)))))))));
    }

    private Result<CheckpointMetadata> read(long id) {
        AtomicReference<Result<CheckpointMetadata>> result = new AtomicReference<>();
        storage.read(checkpoints, id, result::set);
        return result.get();
    }

    private Result<Void> publish(long id) {
        AtomicReference<Result<Void>> result = new AtomicReference<>();
        storage.publish(checkpoints, id, result::set);
        return result.get();
    }

    @Test
    void shouldReadMetadataUnderEitherOfItsNames() throws Exception {
        storage.writePending(checkpoints, metadata(7), r -> {});
        Files.write(folder.resolve("job/chk-7/worker-w1"), new byte[99]);
        assertThat(read(7)).isEqualTo(new Result.Done<>(metadata(7)));

        assertThat(publish(7)).isEqualTo(new Result.Done<>(null));
        assertThat(publish(7)).as("again").isEqualTo(new Result.Done<>(null));

        assertThat(read(7)).isEqualTo(new Result.Done<>(metadata(7)));
        assertThat(folder.resolve("job/chk-7/_metadata")).exists();
        assertThat(folder.resolve("job/chk-7/_metadata.pending")).doesNotExist();
    }

    @Test
    void shouldSayWhichFileIsMissingOrCutShort() throws Exception {
        storage.writePending(checkpoints, metadata(7), r -> {});
        assertThat(read(7))
                .isInstanceOfSatisfying(
                        Result.Damaged.class,
                        damaged ->
                                assertThat(damaged.sentence())
                                        .contains("chk-7/worker-w1 is not there"));
        Files.write(folder.resolve("job/chk-7/worker-w1"), new byte[98]);
        assertThat(read(7))
                .isInstanceOfSatisfying(
                        Result.Damaged.class,
                        damaged -> assertThat(damaged.sentence()).contains("was written with 99"));
    }

    @Test
    void shouldRefuseAFolderBelowAFile() throws Exception {
        Path file = Files.createFile(folder.resolve("a-file"));
        AtomicReference<Result<Void>> result = new AtomicReference<>();

        storage.prepare(CheckpointFolder.of(file.toUri().toString(), "job"), result::set);

        assertThat(result.get())
                .isInstanceOfSatisfying(
                        Result.Refused.class,
                        refused ->
                                assertThat(refused.sentence())
                                        .contains(file.toUri().toString(), "there is a file"));
    }

    @Test
    void shouldSayThatMetadataIsMissingOrDamaged() throws Exception {
        assertThat(read(7))
                .isInstanceOfSatisfying(
                        Result.Damaged.class,
                        damaged -> assertThat(damaged.sentence()).contains("chk-7/_metadata"));
        assertThat(publish(7)).isInstanceOf(Result.Damaged.class);

        storage.writePending(checkpoints, metadata(7), r -> {});
        publish(7);
        Path file = folder.resolve("job/chk-7/_metadata");
        byte[] bytes = Files.readAllBytes(file);
        for (int at = 0; at < bytes.length; at++) {
            byte[] flipped = bytes.clone();
            flipped[at] ^= 4;
            Files.write(file, flipped);
            assertThat(read(7)).as("byte %d", at).isInstanceOf(Result.Damaged.class);
        }
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));
        assertThat(read(7)).isInstanceOf(Result.Damaged.class);
    }

    @Test
    void shouldRemoveWhatIsOlderAndNotRetained() throws Exception {
        for (long id : new long[] {3, 4, 5, 8}) {
            storage.writePending(checkpoints, metadata(id), r -> {});
        }
        Files.createDirectories(folder.resolve("job/shared"));
        List<Result<Void>> results = new ArrayList<>();

        storage.retain(
                checkpoints,
                new CheckpointStorage.Retained(Set.of(4L, 6L), Set.of(), 6),
                results::add);

        assertThat(results).containsExactly(new Result.Done<>(null));
        assertThat(folder.resolve("job").toFile().list())
                .containsExactlyInAnyOrder("chk-4", "chk-8", "shared");
    }

    @Test
    void shouldRemoveAllThatIsOfTheJobsCheckpointsAndNothingElse() throws Exception {
        storage.writePending(checkpoints, metadata(3), r -> {});
        Files.createDirectories(folder.resolve("job/shared"));
        Files.createFile(folder.resolve("job/shared/3-w1"));
        Path savepoint = Files.createDirectories(folder.resolve("job/savepoint-000000-1"));
        Files.createFile(savepoint.resolve("_metadata"));
        List<Result<Void>> results = new ArrayList<>();

        storage.remove(checkpoints, results::add);
        assertThat(folder.resolve("job").toFile().list()).containsExactly("savepoint-000000-1");
        assertThat(savepoint.resolve("_metadata")).exists();
        Files.delete(savepoint.resolve("_metadata"));
        Files.delete(savepoint);
        storage.remove(checkpoints, results::add);
        assertThat(folder.resolve("job")).doesNotExist();
        storage.remove(checkpoints, results::add);

        assertThat(results).hasSize(3).containsOnly(new Result.Done<>(null));
    }

    @Test
    void shouldAnswerThoughAClassOfTheFileSystemIsMissing() {
        SnapshotPart missing =
                out -> {
                    throw new NoClassDefFoundError("com/example/Client");
                };

        assertThat(write(7, missing))
                .isInstanceOfSatisfying(
                        Stored.Failed.class,
                        failed ->
                                assertThat(failed.cause())
                                        .isInstanceOf(NoClassDefFoundError.class));
    }

    @Test
    void shouldNotBeginAFileThatNobodyWantsAnyMore() {
        AtomicReference<Stored> stored = new AtomicReference<>();
        storage.write(
                new WorkerSnapshot(
                        checkpoints,
                        7,
                        1,
                        "w1",
                        List.of(
                                new SubtaskSnapshot(
                                        ATTEMPT,
                                        0,
                                        0,
                                        List.of(
                                                new SubtaskSnapshot.Operator(
                                                        "uid", List.of(list("a", "b"))))))),
                () -> false,
                stored::set);

        assertThat(stored.get()).isInstanceOf(Stored.Failed.class);
        assertThat(folder.resolve("job/chk-7")).doesNotExist();
        assertThat(released).hasValue(1);
    }
}
