package io.millrace.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.fs.FSDataOutputStream;
import io.millrace.api.fs.FileBlock;
import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import io.millrace.api.fs.LineReader;
import io.millrace.api.fs.NoFileSystemException;
import io.millrace.runtime.file.FileSplit;
import io.millrace.runtime.file.FileSystems;
import io.millrace.runtime.file.InterruptedFileSystem;
import io.millrace.runtime.file.LocalFileSystem;
import io.millrace.runtime.file.SplitPlanner;
import io.millrace.runtime.file.TextFileWriter;
import io.millrace.runtime.file.TextOutputFiles;
import io.millrace.runtime.graph.JobVertex.FileOutput;
import io.millrace.runtime.master.JobFiles;
import io.millrace.runtime.master.JobStore;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a NameNode and a DataNode in this process: what only a real HDFS can answer. */
class HadoopFileSystemTest {
    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final int BLOCK_BYTES = 1 << 20;

    @TempDir static Path dfsFolder;
    @TempDir Path folder;

    private static MiniDFSCluster dfs;
    private static HadoopFileSystem files;

    @BeforeAll
    static void startHdfs() throws IOException {
        Configuration configuration = new HdfsConfiguration();
        configuration.setInt("dfs.namenode.fs-limits.min-block-size", BLOCK_BYTES);
        configuration.setInt("dfs.blocksize", BLOCK_BYTES);
        // a file is taken from its writer, and cut, by what the DataNode is told at a heartbeat
        configuration.setInt("dfs.heartbeat.interval", 1);
        dfs = new MiniDFSCluster.Builder(configuration, dfsFolder.toFile()).numDataNodes(1).build();
        dfs.waitActive();
        HadoopConfiguration.set(dfs.getConfiguration(0));
        files = (HadoopFileSystem) FileSystems.of("/");
    }

    @AfterAll
    static void stopHdfs() {
        if (dfs != null) {
            dfs.shutdown(true);
        }
    }

    @Test
    void shouldBeTheFileSystemOfItsSchemeAndOfPathsWithoutOne() throws IOException {
        assertThat(FileSystems.of("/x/*.txt")).isSameAs(files);
        assertThat(FileSystems.of("hdfs:///x")).isSameAs(files);
        assertThat(FileSystems.of(dfs.getURI() + "/x")).isSameAs(files);
        assertThat(FileSystems.of("file:///x")).isSameAs(LocalFileSystem.INSTANCE);
        assertThat(files.qualify("/a b/c")).isEqualTo(URI.create(dfs.getURI() + "/a%20b/c"));
        assertThat(files.qualify("x").getPath()).startsWith("/user/");
        assertThat(
                        HadoopConfiguration.get()
                                .get(
                                        "dfs.client.block.write.locateFollowingBlock.initial.delay.ms"))
                .isEqualTo("10");
    }

    @Test
    void shouldSayWhyThereIsNoFileSystem() {
        assertThatThrownBy(() -> FileSystems.of("s3a://bucket/x"))
                .isInstanceOf(NoFileSystemException.class)
                .hasMessageContaining("s3a://bucket")
                .hasMessageContaining("jar");
        assertThatThrownBy(() -> FileSystems.of("hdfs://no-such-host.invalid/x"))
                .isInstanceOf(NoFileSystemException.class)
                .hasMessageContaining("no-such-host.invalid");
    }

    @Test
    void shouldRenameWithoutOverwritingOrMovingInside() throws IOException {
        URI a = write("a", "1");
        URI b = write("b", "2");
        files.makeFolders(at("d1"));
        files.makeFolders(at("d2"));
        assertThatThrownBy(() -> files.rename(a, b)).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> files.rename(a, at("d1")))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> files.rename(at("d1"), at("d2")))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> files.rename(at("absent"), at("c")))
                .isInstanceOf(FileNotFoundException.class);
        assertThatThrownBy(() -> files.rename(a, at("absent/c")))
                .isInstanceOf(FileNotFoundException.class);
        assertThatThrownBy(() -> files.rename(a, URI.create(b + "/c")))
                .isInstanceOf(FileNotFoundException.class);
        assertThatThrownBy(() -> files.create(a, false))
                .isInstanceOf(FileAlreadyExistsException.class);
        files.rename(a, at("d1/c"));
        assertThat(text(at("d1/c")) + text(b)).isEqualTo("12");
        assertThat(files.exists(a)).isFalse();
    }

    @Test
    void shouldListGlobAndDelete() throws IOException {
        write("g/b.txt", "1");
        write("g/a.txt", "22");
        write("g/sub/c.txt", "3");
        assertThat(names(files.list(at("g")))).containsExactly("a.txt", "b.txt", "sub");
        assertThat(names(files.list(at("g/a.txt")))).containsExactly("a.txt");
        assertThat(names(files.glob(at("g") + "/{*,sub/*}.txt")))
                .containsExactlyInAnyOrder("a.txt", "b.txt", "c.txt");
        assertThat(files.glob(at("g") + "/x*")).isEmpty();
        assertThat(files.glob(at("g") + "/absent")).isEmpty();
        assertThatThrownBy(() -> files.list(at("absent")))
                .isInstanceOf(FileNotFoundException.class);
        assertThat(files.deleteEmptyFolder(at("g"))).isFalse();
        assertThat(files.delete(at("g"))).isTrue();
        assertThat(files.delete(at("g"))).isFalse();
        files.makeFolders(at("g"));
        assertThat(files.deleteEmptyFolder(at("g"))).isTrue();
        assertThat(files.deleteEmptyFolder(at("g"))).isFalse();
    }

    @Test
    void shouldReadEachLineOnceFromTheSplitsOfAllBlocks() throws IOException {
        URI file = at("lines/text");
        Random random = new Random(11);
        List<String> expected = new ArrayList<>();
        try (OutputStream out = files.create(file, false)) {
            int bytes = 0;
            for (int i = 0; bytes < 3 * BLOCK_BYTES + 12_345; i++) {
                String line = i + " é".repeat(random.nextInt(60));
                byte[] text =
                        (line + (i % 3 == 0 ? "\r\n" : "\n")).getBytes(StandardCharsets.UTF_8);
                out.write(text);
                bytes += text.length;
                expected.add(line);
            }
        }
        SplitPlanner planner = new SplitPlanner(files);
        List<FileStatus> found = planner.find(at("lines").toString());
        assertThat(files.blocks(found.get(0)))
                .hasSize(4)
                .allSatisfy(block -> assertThat(block.hosts()).isNotEmpty())
                .extracting(FileBlock::offset)
                .containsExactly(0L, 1L << 20, 2L << 20, 3L << 20);
        for (int min : new int[] {1, 4, 7, 64}) {
            List<FileSplit> splits = planner.split(0, found, min);
            assertThat(splits).hasSize(Math.max(4, min));
            List<String> lines = new ArrayList<>();
            for (FileSplit split : splits) {
                try (LineReader reader = new LineReader(split.range())) {
                    while (reader.next()) {
                        lines.add(reader.line());
                    }
                    assertThat(reader.bytesConsumed()).isEqualTo(split.length());
                }
            }
            assertThat(lines).as("%d splits", min).isEqualTo(expected);
        }
    }

    @Test
    void shouldCommitTextOnce() throws IOException {
        String out = at("out").toString();
        for (int subtask = 0; subtask < 2; subtask++) {
            try (TextFileWriter writer =
                    new TextFileWriter(out, "application_1_1-1-0", subtask, 2)) {
                writer.write("line " + subtask);
            }
        }
        assertThat(names(files.list(at("out")))).containsExactly("_temporary");
        for (int i = 0; i < 2; i++) {
            AtomicReference<JobFiles.Result<Void>> result = new AtomicReference<>();
            new TextOutputFiles(Runnable::run)
                    .commit(
                            List.of(new FileOutput(1, out, false)),
                            "application_1_1-1-0",
                            result::set);
            assertThat(result.get()).isEqualTo(new JobFiles.Result.Done<>(null));
            assertThat(names(files.list(at("out"))))
                    .containsExactly("_SUCCESS", "part-00000", "part-00001");
            assertThat(text(at("out/part-00001"))).isEqualTo("line 1\n");
        }
    }

    @Test
    void shouldRefuseTheLateRenameOfAFencedEpoch() throws IOException {
        String haDir = at("ha").toString();
        FileJobStore.create(files, haDir, "application_1_0001");
        assertThat(files.hadoop().getFileStatus(HadoopFileSystem.path(at("ha/application_1_0001"))))
                .matches(status -> status.getPermission().toShort() == 0700);
        AtomicReference<JobStore.Outcome<List<JobStore.Entry>>> taken = new AtomicReference<>();
        AtomicReference<JobStore.Outcome<Void>> written = new AtomicReference<>();
        FileJobStore second = store(files, haDir);
        // The first master has written its draft and is about to rename it when it is fenced.
        FileSystem slow =
                new InterruptedFileSystem(
                                files,
                                7,
                                InterruptedFileSystem.When.BEFORE,
                                () -> second.takeOver(2, taken::set))
                        .view();
        FileJobStore first = store(slow, haDir);
        assertThat(first.canFence()).isTrue();
        first.takeOver(1, outcome -> {});
        first.write("address-1", "host:1".getBytes(StandardCharsets.UTF_8), written::set);
        assertThat(written.get()).isEqualTo(new JobStore.Outcome.Done<>(null));
        first.write("chk-1", new byte[] {1}, written::set);
        assertThat(taken.get()).isInstanceOf(JobStore.Outcome.Done.class);
        if (written.get() instanceof JobStore.Outcome.Refused<Void> refused) {
            assertThat(refused.reason()).isEqualTo(JobStore.Reason.FENCED);
        } else {
            throw new AssertionError(written.get());
        }
        JobRecordReader reader = new JobRecordReader(files, haDir, "application_1_0001");
        assertThat(reader.epoch()).hasValue(2);
        assertThat(reader.read("address-1")).isPresent();
        assertThat(reader.read("chk-1")).isEmpty();
        assertThat(reader.sweep()).isTrue();
    }

    @Test
    void shouldUploadAContentOnceAlsoWhenManyDoAtATime() throws Exception {
        Path jar = Files.write(folder.resolve("job.jar"), new byte[300_000]);
        String base = at("staging/.millrace").toString();
        int uploaders = 6;
        CountDownLatch go = new CountDownLatch(uploaders);
        ExecutorService threads = Executors.newFixedThreadPool(uploaders);
        List<Future<ContentCache.Cached>> results = new ArrayList<>();
        try {
            for (int i = 0; i < uploaders; i++) {
                results.add(
                        threads.submit(
                                () -> {
                                    go.countDown();
                                    go.await();
                                    return cache(base).put(jar);
                                }));
            }
            ContentCache.Cached first = results.get(0).get();
            for (Future<ContentCache.Cached> result : results) {
                assertThat(result.get()).isEqualTo(first);
            }
            assertThat(cache(base).put(jar)).as("found, not uploaded again").isEqualTo(first);
            FileStatus there = files.status(first.path());
            assertThat(there.length()).isEqualTo(300_000).isEqualTo(first.length());
            assertThat(there.modifiedMillis()).isEqualTo(first.modifiedMillis());
            assertThat(names(files.list(first.path().resolve("."))))
                    .filteredOn(name -> !name.startsWith("last-use."))
                    .containsExactly("job.jar");
            assertThat(files.hadoop().getFileStatus(HadoopFileSystem.path(URI.create(base))))
                    .matches(status -> status.getPermission().toShort() == 0700);
            Files.write(jar, new byte[] {1});
            assertThat(cache(base).put(jar).path()).isNotEqualTo(first.path());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void shouldMakeContentOnlyWhenItsKeyIsNotThere() throws Exception {
        Path made = Files.write(folder.resolve("made.tar.gz"), new byte[1000]);
        String base = at("keyed/.millrace").toString();
        AtomicInteger times = new AtomicInteger();
        ContentCache.Content content =
                () -> {
                    times.incrementAndGet();
                    return made;
                };

        ContentCache.Cached first = cache(base).put("ab12", "x.tar.gz", content);
        ContentCache.Cached second = cache(base).put("ab12", "x.tar.gz", content);

        assertThat(second).isEqualTo(first);
        assertThat(first.length()).isEqualTo(1000);
        assertThat(times).hasValue(1);
        assertThat(cache(base).put("ab13", "x.tar.gz", content).path()).isNotEqualTo(first.path());
        assertThat(times).hasValue(2);
    }

    /** Makes a key of the cache look as if nobody had touched it for eight days. */
    private static void age(ContentCache.Cached cached) throws IOException {
        long then = Instant.now().minus(Duration.ofDays(8)).toEpochMilli();
        URI key = cached.path().resolve(".");
        for (FileStatus file : files.list(key)) {
            if (!file.path().equals(cached.path())) {
                files.hadoop().setTimes(HadoopFileSystem.path(file.path()), then, -1);
            }
        }
        files.hadoop().setTimes(HadoopFileSystem.path(cached.path()), then, -1);
        files.hadoop().setTimes(HadoopFileSystem.path(key), then, -1);
    }

    private static long weekAgo() {
        return Instant.now().minus(Duration.ofDays(7)).toEpochMilli();
    }

    @Test
    void shouldSweepOfTheCacheWhatNobodyHasUsedForLong() throws IOException {
        String base = at("stale/.millrace").toString();
        ContentCache cache = cache(base);
        Path made = Files.write(folder.resolve("stale.jar"), new byte[100]);
        assertThat(cache.sweep(weekAgo(), key -> false)).as("no folder yet").isEmpty();
        ContentCache.Cached unused = cache.put("a1", "x.jar", () -> made);
        ContentCache.Cached running = cache.put("a2", "x.jar", () -> made);
        ContentCache.Cached found = cache.put("a3", "x.jar", () -> made);
        ContentCache.Cached uploaded = cache.put("a4", "x.jar", () -> made);
        age(unused);
        age(running);
        age(found);
        found = cache.put("a3", "x.jar", () -> made);

        assertThat(cache.sweep(weekAgo(), "a2"::equals)).containsExactly("a1");

        assertThat(files.exists(unused.path())).isFalse();
        for (ContentCache.Cached stays : List.of(found, uploaded)) {
            assertThat(files.status(stays.path()).modifiedMillis())
                    .isEqualTo(stays.modifiedMillis());
        }
        assertThat(names(files.list(URI.create(base + "/cache"))))
                .containsExactly("a2", "a3", "a4");
        assertThat(ContentCache.keyOf(found.path())).isEqualTo("a3");
    }

    @Test
    void shouldKeepOfTheCacheWhatASubmissionFindsWhileItIsSwept() throws IOException {
        String base = at("race/.millrace").toString();
        ContentCache cache = cache(base);
        Path made = Files.write(folder.resolve("race.jar"), new byte[100]);
        age(cache.put("a1", "x.jar", () -> made));
        List<ContentCache.Cached> found = new ArrayList<>();
        ContentCache.Content neverMade =
                () -> {
                    throw new AssertionError("it was there");
                };

        List<String> swept =
                cache.sweep(
                        weekAgo(),
                        key -> {
                            // behind the look at its age, before it is moved aside
                            try {
                                found.add(cache(base).put(key, "x.jar", neverMade));
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                            return false;
                        });

        assertThat(swept).isEmpty();
        assertThat(found).hasSize(1);
        assertThat(files.status(found.get(0).path()).modifiedMillis())
                .as("as YARN wants it")
                .isEqualTo(found.get(0).modifiedMillis());
    }

    @Test
    void shouldKnowWhatOfTheCacheApplicationsAreStartedFrom() throws IOException {
        StagingFolders staging =
                new StagingFolders(files, at("uses").toString(), Clock.systemUTC());
        staging.create("application_1_0001");
        assertThat(staging.cacheKeys()).as("one does not say").isEmpty();
        long written = staging.writeCacheKeys("application_1_0001", List.of("a1", "a2"));
        staging.create("application_1_0002");
        staging.writeCacheKeys("application_1_0002", List.of("a2", "a3"));

        assertThat(staging.cacheKeys()).contains(Set.of("a1", "a2", "a3"));
        staging.delete("application_1_0002");
        assertThat(staging.cacheKeys()).contains(Set.of("a1", "a2"));
        assertThat(written)
                .isEqualTo(
                        files.status(URI.create(staging.of("application_1_0001") + "/cache-keys"))
                                .modifiedMillis());
    }

    @Test
    void shouldSweepStagingFoldersOfApplicationsThatEndedADayAgo() throws IOException {
        String staging = at("sweep").toString();
        Clock in36Hours = Clock.fixed(Instant.now().plusSeconds(36 * 3600), ZoneOffset.UTC);
        StagingFolders later = new StagingFolders(files, staging, in36Hours);
        assertThat(later.sweep(id -> true)).as("no folder yet").isEmpty();
        URI ended = later.create("application_1_0001");
        URI running = later.create("application_1_0002");
        files.makeFolders(URI.create(later.base() + "/cache"));
        assertThat(new StagingFolders(files, staging, Clock.systemUTC()).sweep(id -> true))
                .isEmpty();
        assertThat(later.sweep(id -> id.endsWith("1"))).containsExactly("application_1_0001");
        assertThat(files.exists(ended)).isFalse();
        assertThat(files.exists(running)).isTrue();
        assertThat(later.delete("application_1_0002")).isTrue();
        assertThat(files.exists(URI.create(later.base() + "/cache"))).isTrue();
        assertThatThrownBy(() -> later.of("../x")).isInstanceOf(IllegalArgumentException.class);
    }

    // ------------------------------------------------------------------ files that grow

    private static FSDataOutputStream growing(HadoopFileSystem by, URI path, String synced)
            throws IOException {
        FSDataOutputStream out = by.createSyncable(path);
        out.write(synced.getBytes(StandardCharsets.UTF_8));
        out.sync();
        assertThat(out.getPos()).isEqualTo(synced.length());
        return out;
    }

    @Test
    void shouldEndAFileWhoseWriterIsStillAlive() throws IOException {
        HadoopFileSystem other = new HadoopFileSystem(dfs.getURI(), dfs.getConfiguration(0));
        URI file = at("growing/taken");
        FSDataOutputStream out = growing(other, file, "abc");
        out.write("def".getBytes(StandardCharsets.UTF_8));
        out.flush();

        files.truncate(file, 3);
        files.truncate(file, 3);

        assertThat(text(file)).isEqualTo("abc");
        assertThatThrownBy(
                        () -> {
                            out.write("ghi".getBytes(StandardCharsets.UTF_8));
                            out.sync();
                        })
                .isInstanceOf(IOException.class);
        files.rename(file, at("growing/renamed"));
        assertThat(text(at("growing/renamed"))).isEqualTo("abc");
    }

    @Test
    void shouldCutAFileOfSeveralBlocksInTheMiddleOfOne() throws IOException {
        URI file = at("growing/blocks");
        byte[] block = new byte[BLOCK_BYTES];
        try (FSDataOutputStream out = files.createSyncable(file)) {
            for (int i = 0; i < 3; i++) {
                out.write(block);
            }
        }

        files.truncate(file, BLOCK_BYTES + 17);

        assertThat(files.status(file).length()).isEqualTo(BLOCK_BYTES + 17);
    }

    @Test
    void shouldSayThatAFileIsTooShortToBeCut() throws IOException {
        URI file = write("growing/short", "ab");
        assertThatThrownBy(() -> files.truncate(file, 3))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("has 2 bytes, 3 were made to stay");
        assertThatThrownBy(() -> files.truncate(at("growing/absent"), 3))
                .isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void shouldNotCreateAGrowingFileTwice() throws IOException {
        URI file = at("growing/twice");
        try (FSDataOutputStream out = growing(files, file, "abc")) {
            assertThatThrownBy(() -> files.createSyncable(file))
                    .isInstanceOf(FileAlreadyExistsException.class);
        }
        assertThat(text(file)).isEqualTo("abc");
    }

    private static ContentCache cache(String base) {
        return new ContentCache(files, base, () -> "r" + COUNTER.incrementAndGet());
    }

    private static FileJobStore store(FileSystem files, String haDir) {
        return new FileJobStore(
                files,
                haDir,
                "application_1_0001",
                Runnable::run,
                () -> "r" + COUNTER.incrementAndGet());
    }

    private static List<String> names(List<FileStatus> found) {
        return found.stream().map(status -> JobRecord.name(status.path())).toList();
    }

    /** A path in a folder of its own for all of this class. */
    private static URI at(String name) {
        return files.qualify("/test/" + name);
    }

    private static URI write(String name, String text) throws IOException {
        try (OutputStream out = files.create(at(name), true)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return at(name);
    }

    private static String text(URI path) throws IOException {
        try (var in = files.open(path, 0)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
