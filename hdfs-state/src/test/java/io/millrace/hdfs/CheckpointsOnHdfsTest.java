package io.millrace.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.checkpoint.CheckpointFolder;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointStorage;
import io.millrace.runtime.checkpoint.CheckpointStorage.Result;
import io.millrace.runtime.checkpoint.DamagedCheckpointException;
import io.millrace.runtime.checkpoint.FileCheckpointStorage;
import io.millrace.runtime.checkpoint.ListPart;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.SnapshotStorage.Stored;
import io.millrace.runtime.checkpoint.SnapshotStorage.WorkerSnapshot;
import io.millrace.runtime.checkpoint.StatePart;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.checkpoint.StateReader;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.schedule.AttemptId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Against a NameNode and a DataNode in this process: what only a real HDFS can answer. */
class CheckpointsOnHdfsTest {
    private static final byte[] KEYED = new byte[3_000_000];

    @TempDir static Path dfsFolder;

    private static MiniDFSCluster dfs;
    private static org.apache.hadoop.fs.FileSystem hadoop;

    private final FileCheckpointStorage storage = new FileCheckpointStorage(Runnable::run);
    private CheckpointFolder folder;

    @BeforeAll
    static void startHdfs() throws IOException {
        for (int i = 0; i < KEYED.length; i++) {
            KEYED[i] = (byte) (i * 7);
        }
        HdfsConfiguration configuration = new HdfsConfiguration();
        configuration.setInt("dfs.namenode.fs-limits.min-block-size", 1 << 20);
        configuration.setInt("dfs.blocksize", 1 << 20);
        // by a heartbeat the DataNode finds out that there is another NameNode
        configuration.setInt("dfs.heartbeat.interval", 1);
        // else a call takes five seconds to find out that there is no NameNode
        configuration.setInt("ipc.client.connect.max.retries", 1);
        configuration.setInt("ipc.client.connect.retry.interval", 100);
        dfs = new MiniDFSCluster.Builder(configuration, dfsFolder.toFile()).numDataNodes(1).build();
        dfs.waitActive();
        HadoopConfiguration.set(dfs.getConfiguration(0));
        hadoop = dfs.getFileSystem();
    }

    @AfterAll
    static void stopHdfs() {
        if (dfs != null) {
            dfs.shutdown(true);
        }
    }

    @BeforeEach
    void folderOfTheTest(TestInfo test) {
        folder =
                CheckpointFolder.of(
                        "/checkpoints/" + test.getTestMethod().orElseThrow().getName(), "job");
    }

    private Stored.Done write(long id) {
        return (Stored.Done) tryToWrite(id);
    }

    private Stored tryToWrite(long id) {
        SnapshotPart list =
                new ListPart(
                        Kind.UNION_LIST, "list", "Long", List.of(new byte[] {1}, new byte[] {2}));
        SnapshotPart keyed =
                out -> out.keyed("keyed", "", 0, 127, to -> to.write(KEYED, 0, KEYED.length));
        AtomicReference<Stored> stored = new AtomicReference<>();
        storage.write(
                new WorkerSnapshot(
                        folder,
                        id,
                        1,
                        "container_1",
                        List.of(
                                new SubtaskSnapshot(
                                        new AttemptId("job", 0, 0, 1, 1),
                                        0,
                                        0,
                                        List.of(
                                                new SubtaskSnapshot.Operator(
                                                        "uid", List.of(list, keyed)))))),
                () -> true,
                stored::set);
        return stored.get();
    }

    private CheckpointMetadata metadata(long id) {
        return new CheckpointMetadata(id, 1, "job", "job", 1, List.of(), List.of());
    }

    private Result<Void> prepare() {
        AtomicReference<Result<Void>> result = new AtomicReference<>();
        storage.prepare(folder, result::set);
        return result.get();
    }

    private Result<Void> writePending(long id) {
        AtomicReference<Result<Void>> result = new AtomicReference<>();
        storage.writePending(folder, metadata(id), result::set);
        return result.get();
    }

    private Result<Void> publish(long id) {
        AtomicReference<Result<Void>> result = new AtomicReference<>();
        storage.publish(folder, id, result::set);
        return result.get();
    }

    private Result<CheckpointMetadata> read(long id) {
        AtomicReference<Result<CheckpointMetadata>> result = new AtomicReference<>();
        storage.read(folder, id, result::set);
        return result.get();
    }

    private static StatePart part(Stored.Done stored, int number) {
        return stored.subtasks().get(0).operators().get(0).parts().get(number);
    }

    private StateReader reader() throws IOException {
        return new StateReader(new RestoredState(7, folder.path(), false, List.of()));
    }

    @Test
    void shouldReadStatesBackThatCrossBlocks() throws Exception {
        Stored.Done stored = write(7);

        byte[] read = new byte[KEYED.length];
        try (StateReader reader = reader()) {
            assertThat(reader.elements(new Slice(stored.file(), part(stored, 0), 1, 2)))
                    .containsExactly(new byte[] {2});
            reader.input(new Slice(stored.file(), part(stored, 1), 0, 128))
                    .read(0, read, 0, read.length);
        }
        assertThat(read).isEqualTo(KEYED);
    }

    @Test
    void shouldMakeACheckpointCompleteByOneRenameHoweverOftenItIsTried() throws Exception {
        assertThat(prepare()).isInstanceOf(Result.Done.class);
        assertThat(writePending(7)).isInstanceOf(Result.Done.class);

        for (int i = 0; i < 3; i++) {
            assertThat(publish(7)).isEqualTo(new Result.Done<>(null));
        }

        assertThat(read(7)).isEqualTo(new Result.Done<>(metadata(7)));
        FileStatus[] files = hadoop.listStatus(path("/chk-7"));
        assertThat(files).extracting(f -> f.getPath().getName()).containsExactly("_metadata");
    }

    @Test
    void shouldKeepOnlyWhatIsRetained() throws Exception {
        for (long id = 1; id <= 4; id++) {
            write(id);
        }

        storage.retain(
                folder, new CheckpointStorage.Retained(Set.of(2L), Set.of(), 4), result -> {});

        assertThat(hadoop.listStatus(path("")))
                .extracting(f -> f.getPath().getName())
                .containsExactly("chk-2", "chk-4");
        storage.remove(folder, result -> {});
        assertThat(hadoop.exists(path(""))).isFalse();
    }

    @Test
    void shouldNameAFileThatWasCutShort() throws Exception {
        Stored.Done stored = write(7);
        org.apache.hadoop.fs.Path file = path("/" + stored.file().name());
        byte[] bytes;
        try (var in = hadoop.open(file)) {
            bytes = in.readAllBytes();
        }
        try (OutputStream out = hadoop.create(file, true)) {
            out.write(Arrays.copyOf(bytes, 40));
        }

        try (StateReader reader = reader()) {
            assertThatThrownBy(
                            () -> reader.elements(new Slice(stored.file(), part(stored, 0), 0, 2)))
                    .isInstanceOf(DamagedCheckpointException.class)
                    .hasMessageContaining("hdfs://")
                    .hasMessageContaining("chk-7/worker-container_1");
        }
    }

    @Test
    void shouldSayInOneLineThatThereIsAFile() throws Exception {
        hadoop.create(path("/file")).close();
        List<Result<Void>> results = new ArrayList<>();

        storage.prepare(new CheckpointFolder(folder.path() + "/file/below"), results::add);
        storage.prepare(new CheckpointFolder(folder.path() + "/file"), results::add);

        assertThat(results)
                .hasSize(2)
                .allSatisfy(
                        result ->
                                assertThat(result)
                                        .isInstanceOfSatisfying(
                                                Result.Refused.class,
                                                refused ->
                                                        assertThat(refused.sentence())
                                                                .contains("/file")
                                                                .endsWith("there is a file")));
    }

    @Test
    void shouldSayWhoMayNotWriteThere() throws Exception {
        hadoop.mkdirs(path("").getParent());
        HadoopConfiguration.set(dfs.getConfiguration(0)); // a client belongs to who makes it
        Result<Void> result;
        try {
            result =
                    UserGroupInformation.createRemoteUser("somebody")
                            .doAs((PrivilegedExceptionAction<Result<Void>>) this::prepare);
        } finally {
            HadoopConfiguration.set(dfs.getConfiguration(0));
        }

        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.Refused.class,
                        refused ->
                                assertThat(refused.sentence())
                                        .contains(folder.path(), "user=somebody", "access=WRITE"));
    }

    @Test
    void shouldSayThatThereIsNoRoomAndGoOnWhenThereIs() throws Exception {
        prepare();
        DistributedFileSystem distributed = (DistributedFileSystem) hadoop;
        distributed.setQuota(path("/"), HdfsConstants.QUOTA_DONT_SET, 1 << 20);

        Stored refused = tryToWrite(7);

        assertThat(refused)
                .isInstanceOfSatisfying(
                        Stored.Failed.class,
                        failed ->
                                assertThat(failed.cause().toString())
                                        .contains("quota", path("").toUri().getPath()));
        distributed.setQuota(path("/"), HdfsConstants.QUOTA_RESET, HdfsConstants.QUOTA_RESET);
        assertThat(tryToWrite(8)).isInstanceOf(Stored.Done.class);
    }

    @Test
    void shouldSayThatNothingIsKnownWhileTheNameNodeIsAwayAndGoOnAfterwards() throws Exception {
        writePending(7);
        dfs.shutdownNameNode(0);

        assertThat(publish(7)).isInstanceOf(Result.Failed.class);
        assertThat(read(7)).isInstanceOf(Result.Failed.class);

        dfs.restartNameNode(0);
        dfs.waitActive();
        assertThat(publish(7)).isEqualTo(new Result.Done<>(null));
        assertThat(read(7)).isEqualTo(new Result.Done<>(metadata(7)));
    }

    private org.apache.hadoop.fs.Path path(String below) {
        return new org.apache.hadoop.fs.Path(folder.path() + below);
    }
}
