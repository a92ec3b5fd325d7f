package io.millrace.connector.file.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.fs.FSDataOutputStream;
import io.millrace.api.serialization.BulkWriter;
import io.millrace.api.serialization.SimpleStringEncoder;
import io.millrace.connector.file.sink.SinkDriver.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSinkTest {
    private static final String JOB = "ab".repeat(16);
    private static final String OTHER_JOB = "cd".repeat(16);

    @TempDir Path temporary;
    private Path folder;
    private WrittenFiles written;

    @BeforeEach
    void nameFolder() {
        folder = temporary.resolve("out");
        written = new WrittenFiles(folder);
    }

    private FileSink.DefaultRowFormatBuilder<String> rows() {
        return FileSink.forRowFormat(
                        io.millrace.api.fs.Path.fromLocalFile(folder.toFile()),
                        new SimpleStringEncoder<String>("UTF-8"))
                .withBucketAssigner(new BasePathBucketAssigner<>());
    }

    private static SinkDriver started(FileSink<String> sink) throws IOException {
        SinkDriver driver = new SinkDriver(sink, JOB, "sink");
        driver.start(1, null);
        return driver;
    }

    private static void write(SinkDriver driver, String... records) throws IOException {
        for (String record : records) {
            driver.write(0, record);
        }
    }

    @Test
    void shouldShowAFileOnlyWhenItIsCommitted() throws Exception {
        SinkDriver driver =
                started(rows().withRollingPolicy(OnCheckpointRollingPolicy.build()).build());
        write(driver, "a", "b");
        driver.checkpoint(false);
        assertThat(written.visible()).isEmpty();
        assertThat(written.hidden()).hasSize(1);

        driver.commit();
        assertThat(written.lines()).containsExactly("a", "b");
        assertThat(written.hidden()).isEmpty();
    }

    @Test
    void shouldWriteOnIntoOneFileOverSeveralCheckpoints() throws Exception {
        SinkDriver driver = started(rows().build());
        write(driver, "a");
        driver.checkpoint(false);
        driver.commit();
        write(driver, "b");
        driver.checkpoint(false);
        driver.commit();
        assertThat(written.visible()).isEmpty();

        driver.checkpoint(true);
        driver.commit();
        assertThat(written.visible()).hasSize(1);
        assertThat(written.lines()).containsExactly("a", "b");
    }

    @Test
    void shouldNameFilesAsTheProgramLikes() throws Exception {
        SinkDriver driver =
                started(
                        rows().withOutputFileConfig(
                                        OutputFileConfig.builder()
                                                .withPartPrefix("7-log")
                                                .withPartSuffix(".txt")
                                                .build())
                                .build());
        write(driver, "a");
        driver.checkpoint(true);
        driver.commit();

        assertThat(written.names())
                .singleElement()
                .asString()
                .matches("7-log-0-[0-9a-f]{12}-1-1-0\\.txt");
    }

    @Test
    void shouldPutRecordsIntoTheFoldersOfTheirBuckets() throws Exception {
        SinkDriver driver =
                started(
                        rows().withBucketAssigner(
                                        (element, context) -> "length/" + element.length())
                                .build());
        write(driver, "a", "bb", "c");
        driver.checkpoint(true);
        driver.commit();

        assertThat(written.names())
                .satisfiesExactly(
                        name -> assertThat(name).startsWith("length/1/part-0-"),
                        name -> assertThat(name).startsWith("length/2/part-0-"));
        assertThat(written.lines()).containsExactly("a", "c", "bb");
    }

    @Test
    void shouldPutRecordsIntoTheFolderOfTheHour() throws Exception {
        SinkDriver driver =
                started(
                        rows().withBucketAssigner(
                                        new DateTimeBucketAssigner<>(ZoneId.of("Asia/Kolkata")))
                                .build());
        write(driver, "a");
        driver.advance(Duration.ofHours(1).toMillis());
        write(driver, "b");
        driver.checkpoint(true);
        driver.commit();

        assertThat(written.names())
                .satisfiesExactly(
                        name -> assertThat(name).startsWith("1970-01-01--05/part-"),
                        name -> assertThat(name).startsWith("1970-01-01--06/part-"));
    }

    @Test
    void shouldBeginANewFileWhenOneIsLargeEnough() throws Exception {
        SinkDriver driver =
                started(
                        rows().withRollingPolicy(
                                        DefaultRollingPolicy.builder().withMaxPartSize(5).build())
                                .build());
        write(driver, "aaa", "bbb", "ccc");
        driver.checkpoint(true);
        driver.commit();

        assertThat(written.visible()).hasSize(2);
        assertThat(written.lines()).containsExactly("aaa", "bbb", "ccc");
    }

    @Test
    void shouldEndAFileThatIsOldOrIdle() throws Exception {
        SinkDriver driver =
                started(
                        rows().withRollingPolicy(
                                        DefaultRollingPolicy.builder()
                                                .withRolloverInterval(Duration.ofSeconds(10))
                                                .withInactivityInterval(Duration.ofSeconds(3))
                                                .build())
                                .withBucketCheckInterval(1_000)
                                .build());
        for (int i = 0; i < 5; i++) {
            write(driver, "a" + i);
            driver.advance(2_500); // never idle for long enough
        }
        driver.checkpoint(false);
        driver.commit();
        assertThat(written.visible()).as("files that are old").hasSize(1);

        driver.advance(4_000);
        driver.checkpoint(false);
        driver.commit();
        assertThat(written.visible()).as("files that are old or idle").hasSize(2);
        assertThat(written.lines()).containsExactly("a0", "a1", "a2", "a3", "a4");
    }

    @Test
    void shouldCutAFileToWhatBelongsToTheCheckpoint() throws Exception {
        SinkDriver driver = started(rows().build());
        write(driver, "a");
        Snapshot snapshot = driver.checkpoint(false);
        write(driver, "lost with the subtask, and written again");
        driver.close();

        driver.start(1, snapshot);
        write(driver, "b");
        driver.checkpoint(true);
        driver.commit();

        assertThat(written.lines()).containsExactlyInAnyOrder("a", "b");
        driver.close();
        assertThat(folder).isDirectoryContaining(file -> true);
        assertThat(Files.list(folder).map(f -> f.getFileName().toString()))
                .allMatch(name -> name.startsWith("part-"), "no hidden folder is left");
    }

    @Test
    void shouldCommitTwiceWhatACheckpointHolds() throws Exception {
        SinkDriver driver =
                started(rows().withRollingPolicy(OnCheckpointRollingPolicy.build()).build());
        write(driver, "a");
        Snapshot snapshot = driver.checkpoint(false);
        driver.commit();

        driver.start(1, snapshot);
        driver.start(2, snapshot);

        assertThat(written.lines()).containsExactly("a");
    }

    @Test
    void shouldTakeAFileThatSomebodyHasMovedAwayForCommitted() throws Exception {
        SinkDriver driver =
                started(rows().withRollingPolicy(OnCheckpointRollingPolicy.build()).build());
        write(driver, "a");
        Snapshot snapshot = driver.checkpoint(false);
        driver.commit();
        Files.delete(written.visible().get(0));

        driver.start(1, snapshot);

        assertThat(driver.pending()).isZero();
    }

    @Test
    void shouldRefuseToReplaceAFileOfSomebodyElse() throws Exception {
        SinkDriver driver =
                started(rows().withRollingPolicy(OnCheckpointRollingPolicy.build()).build());
        write(driver, "a");
        driver.checkpoint(false);
        Path target = folder.resolve(written.hidden().get(0).getFileName());
        Files.writeString(target, "mine");

        assertThatThrownBy(driver::commit)
                .hasMessageContaining("cannot be renamed to")
                .hasMessageContaining("a file of somebody else's of 4 bytes");
        assertThat(target).hasContent("mine");
    }

    @Test
    void shouldSayThatACompleteFileIsGone() throws Exception {
        SinkDriver driver =
                started(rows().withRollingPolicy(OnCheckpointRollingPolicy.build()).build());
        write(driver, "a");
        driver.checkpoint(false);
        Files.delete(written.hidden().get(0));

        assertThatThrownBy(driver::commit).hasMessageContaining("is gone");
    }

    @Test
    void shouldSayThatACommittedFileWasChanged() throws Exception {
        SinkDriver driver =
                started(rows().withRollingPolicy(OnCheckpointRollingPolicy.build()).build());
        write(driver, "a");
        Snapshot snapshot = driver.checkpoint(false);
        driver.commit();
        Files.writeString(written.visible().get(0), "somebody's own");

        assertThatThrownBy(() -> driver.start(1, snapshot))
                .hasMessageContaining("should have 2 bytes, it has 14");
    }

    @Test
    void shouldRemoveWhatEarlierExecutionsHaveLeft() throws Exception {
        SinkDriver driver = started(rows().build());
        write(driver, "a");
        Snapshot snapshot = driver.checkpoint(false);
        driver.start(1, snapshot); // dies before its first checkpoint
        write(driver, "b");
        driver.start(1, snapshot);
        write(driver, "c");
        driver.start(1, snapshot);

        assertThat(written.hidden())
                .as("what is left of the file that the checkpoint has")
                .singleElement()
                .satisfies(file -> assertThat(file).hasContent("a"));
    }

    @Test
    void shouldRemoveAllOfEarlierExecutionsWhenItBeginsWithNothing() throws Exception {
        SinkDriver driver = started(rows().build());
        write(driver, "a");
        driver.start(1, null);

        assertThat(written.hidden()).isEmpty();
    }

    @Test
    void shouldLeaveFilesOfOtherSubtasksAndSinksAlone() throws Exception {
        FileSink<String> sink = rows().build();
        SinkDriver driver = new SinkDriver(sink, JOB, "sink");
        driver.start(2, null);
        driver.write(0, "a");
        driver.write(1, "b");
        Snapshot snapshot = driver.checkpoint(false);
        SinkDriver other = new SinkDriver(sink, JOB, "other sink");
        other.start(2, null);
        other.write(0, "c");

        driver.start(2, snapshot);
        other.checkpoint(true);
        other.commit();
        driver.checkpoint(true);
        driver.commit();

        assertThat(written.lines()).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void shouldCopyTheFileOfAnotherJobThatMayStillWriteIt() throws Exception {
        FileSink<String> sink = rows().build();
        SinkDriver driver = new SinkDriver(sink, JOB, "sink");
        driver.start(1, null);
        driver.write(0, "a");
        Snapshot savepoint = driver.checkpoint(false);
        SinkDriver branch = new SinkDriver(sink, OTHER_JOB, "sink");
        branch.start(1, savepoint);
        driver.write(0, "b"); // the job goes on
        branch.write(0, "c");
        for (SinkDriver each : List.of(driver, branch)) {
            each.checkpoint(true);
            each.commit();
        }

        assertThat(written.lines()).containsExactlyInAnyOrder("a", "b", "a", "c");
    }

    @Test
    void shouldRemoveCopiesOfExecutionsThatCameToNoCheckpoint() throws Exception {
        FileSink<String> sink = rows().build();
        SinkDriver driver = new SinkDriver(sink, JOB, "sink");
        driver.start(1, null);
        driver.write(0, "a");
        Snapshot savepoint = driver.checkpoint(false);
        SinkDriver next = new SinkDriver(sink, OTHER_JOB, "sink");
        next.start(1, savepoint);
        next.start(1, savepoint);

        assertThat(written.hidden()).as("the file and one copy").hasSize(2);
    }

    @Test
    void shouldSayThatTheFileOfTheCheckpointIsGone() throws Exception {
        SinkDriver driver = started(rows().build());
        write(driver, "a");
        Snapshot snapshot = driver.checkpoint(false);
        Files.delete(written.hidden().get(0));

        assertThatThrownBy(() -> driver.start(1, snapshot))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("of which 2 bytes belong to the checkpoint, is not there");
    }

    @Test
    void shouldSayThatTheFileOfTheCheckpointIsTooShort() throws Exception {
        SinkDriver driver = started(rows().build());
        write(driver, "abc");
        Snapshot snapshot = driver.checkpoint(false);
        driver.close();
        Files.writeString(written.hidden().get(0), "x");

        assertThatThrownBy(() -> driver.start(1, snapshot))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has 1 bytes, 4 were made to stay");
    }

    /** A file that says at its end how many records it has. */
    private record Counted(FSDataOutputStream out, int[] count) implements BulkWriter<String> {
        @Override
        public void addElement(String element) throws IOException {
            out.write((element + ";").getBytes(StandardCharsets.UTF_8));
            count[0]++;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void finish() throws IOException {
            out.write(("count " + count[0]).getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void shouldFinishABulkFileAtEachCheckpoint() throws Exception {
        FileSink<String> sink =
                FileSink.forBulkFormat(
                                io.millrace.api.fs.Path.fromLocalFile(folder.toFile()),
                                (BulkWriter.Factory<String>) out -> new Counted(out, new int[1]))
                        .withBucketAssigner(new BasePathBucketAssigner<>())
                        .build();
        SinkDriver driver = started(sink);
        write(driver, "a", "b");
        driver.checkpoint(false);
        write(driver, "c");
        driver.checkpoint(false);
        driver.commit();

        assertThat(written.lines()).containsExactly("a;b;count 2", "c;count 1");
    }

    @Test
    void shouldTravelToTheWorkers() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(
                    rows().withBucketAssigner(new DateTimeBucketAssigner<>("yyyy")).build());
        }
        FileSink<String> copy;
        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            @SuppressWarnings("unchecked") // it was one
            FileSink<String> read = (FileSink<String>) in.readObject();
            copy = read;
        }
        SinkDriver driver = started(copy);
        write(driver, "a");
        driver.checkpoint(true);
        driver.commit();

        assertThat(written.lines()).containsExactly("a");
    }

    @Test
    void shouldRefuseLimitsThatAreNone() {
        assertThatThrownBy(() -> DefaultRollingPolicy.builder().withMaxPartSize(0))
                .hasMessageContaining("is 0; it must be at least 1");
        assertThatThrownBy(() -> rows().withBucketCheckInterval(0))
                .hasMessageContaining("is 0 ms; it must be at least 1");
        assertThatThrownBy(() -> new OutputFileConfig("a/b", ""))
                .hasMessageContaining("must not have a slash");
    }
}
