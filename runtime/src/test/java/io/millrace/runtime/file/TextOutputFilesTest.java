package io.millrace.runtime.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.fs.FileSystem;
import io.millrace.runtime.file.InterruptedFileSystem.Turn;
import io.millrace.runtime.file.InterruptedFileSystem.When;
import io.millrace.runtime.graph.JobVertex.FileInput;
import io.millrace.runtime.graph.JobVertex.FileOutput;
import io.millrace.runtime.master.JobFiles.Prepared;
import io.millrace.runtime.master.JobFiles.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextOutputFilesTest {
    private static final String RUN = "application_1_0001-1-0";

    /** What a reader sees of a job of two subtasks. */
    private static final Map<String, String> NEW =
            Map.of("part-00000", "new 0\n", "part-00001", "new 1\n", "_SUCCESS", RUN + "\n");

    @TempDir Path folder;
    private int cases;

    @Test
    void shouldShowNothingButTemporaryBeforeTheCommit() throws IOException {
        Path out = freshOutput(false);
        write(out, RUN);
        try (Stream<Path> names = Files.list(out)) {
            assertThat(names).singleElement().matches(name -> name.endsWith("_temporary"));
        }
    }

    @Test
    void shouldMakeTheRunVisibleAndRemoveWhatOtherRunsHaveLeft() throws IOException {
        for (boolean overwrite : new boolean[] {false, true}) {
            Path out = freshOutput(overwrite);
            write(out, "application_1_0001-1-9");
            write(out, RUN);
            assertThat(commit(LocalFileSystem.INSTANCE, out, overwrite, RUN)).isEqualTo(done());
            assertThat(content(out)).isEqualTo(NEW);
            assertThat(commit(LocalFileSystem.INSTANCE, out, overwrite, RUN)).isEqualTo(done());
            assertThat(content(out)).isEqualTo(NEW);
        }
    }

    @Test
    void shouldEndTheSameWhereverACommitIsCutAndRepeated() throws IOException {
        for (boolean overwrite : new boolean[] {false, true}) {
            int calls = callsOfACommit(overwrite);
            assertThat(calls).isGreaterThan(8);
            for (int call = 1; call <= calls; call++) {
                for (When when : When.values()) {
                    Path out = freshOutput(overwrite);
                    write(out, RUN);
                    var files = interrupted(call, when, InterruptedFileSystem.failure());
                    Result<Void> first = commit(files.view(), out, overwrite, RUN);
                    assertThat(first)
                            .as("call %d %s", call, when)
                            .isInstanceOf(Result.Failed.class);
                    assertThat(commit(LocalFileSystem.INSTANCE, out, overwrite, RUN))
                            .as("call %d %s", call, when)
                            .isEqualTo(done());
                    assertThat(content(out)).as("call %d %s", call, when).isEqualTo(NEW);
                }
            }
        }
    }

    @Test
    void shouldEndTheSameWhereverAnotherCommitterOfTheRunOvertakes() throws IOException {
        for (boolean overwrite : new boolean[] {false, true}) {
            int calls = callsOfACommit(overwrite);
            for (int call = 1; call <= calls; call++) {
                for (int innerCall = 0; innerCall <= calls; innerCall++) {
                    Path out = freshOutput(overwrite);
                    write(out, RUN);
                    boolean over = overwrite;
                    int inner = innerCall;
                    Turn successor =
                            () -> {
                                // Dies itself at one of its calls, or not if that is 0.
                                var files =
                                        interrupted(
                                                inner, When.AFTER, InterruptedFileSystem.failure());
                                commit(files.view(), out, over, RUN);
                            };
                    var late = interrupted(call, When.BEFORE, successor);
                    Result<Void> result = commit(late.view(), out, overwrite, RUN);
                    assertThat(result)
                            .as("call %d, overtaken until %d", call, inner)
                            .isNotInstanceOf(Result.Refused.class);
                    assertThat(commit(LocalFileSystem.INSTANCE, out, overwrite, RUN))
                            .as("call %d, overtaken until %d", call, inner)
                            .isEqualTo(done());
                    assertThat(content(out))
                            .as("call %d, overtaken until %d", call, inner)
                            .isEqualTo(NEW);
                }
            }
        }
    }

    @Test
    void shouldKeepTheNextJobsOutputWhenACommitterWakesUpAfterIt() throws IOException {
        String next = "application_1_0002-1-0";
        int calls = callsOfACommit(true);
        for (int call = 1; call <= calls; call++) {
            Path out = freshOutput(true);
            write(out, RUN);
            Turn others =
                    () -> {
                        commit(LocalFileSystem.INSTANCE, out, true, RUN);
                        write(out, next);
                        commit(LocalFileSystem.INSTANCE, out, true, next);
                    };
            commit(interrupted(call, When.BEFORE, others).view(), out, true, RUN);
            assertThat(content(out))
                    .as("call %d", call)
                    .containsKeys("part-00000", "part-00001", "_SUCCESS")
                    .doesNotContainKey("old")
                    .hasSize(3);
        }
    }

    @Test
    void shouldRefuseACommitWhosePartsSomebodyHasRemoved() throws IOException {
        Path out = freshOutput(false);
        write(out, RUN);
        Files.delete(out.resolve("_temporary/" + RUN + "/part-00001-of-00002"));
        assertThat(sentence(commit(LocalFileSystem.INSTANCE, out, false, RUN)))
                .contains("Of the 2 parts")
                .contains("only 1");
        LocalFileSystem.INSTANCE.delete(out.resolve("_temporary").toUri());
        assertThat(sentence(commit(LocalFileSystem.INSTANCE, out, false, RUN)))
                .contains("neither the finished nor the unfinished");
    }

    @Test
    void shouldRefuseToMixItsOutputWithWhatSomebodyPutThereMeanwhile() throws IOException {
        Path out = freshOutput(false);
        write(out, RUN);
        Files.writeString(out.resolve("part-00001"), "foreign");
        assertThat(sentence(commit(LocalFileSystem.INSTANCE, out, false, RUN)))
                .contains("somebody else has put part-00001");
        assertThat(out.resolve("part-00001")).hasContent("foreign");
    }

    @Test
    void shouldDiscardOneRunAndNoOther() throws IOException {
        Path out = freshOutput(true);
        String other = "application_1_0001-1-1";
        write(out, RUN);
        write(out, other);
        assertThat(discard(out, RUN)).isEqualTo(done());
        assertThat(out.resolve("_temporary/" + RUN)).doesNotExist();
        assertThat(out.resolve("_temporary/" + other)).isDirectory();
        assertThat(out.resolve("old")).exists();
        assertThat(discard(out, RUN)).isEqualTo(done());
        assertThat(commit(LocalFileSystem.INSTANCE, out, true, other)).isEqualTo(done());
        assertThat(content(out)).containsEntry("part-00001", "new 1\n").hasSize(3);
    }

    @Test
    void shouldLeaveNothingAfterTheOnlyRunWasDiscarded() throws IOException {
        Path out = freshOutput(false);
        write(out, RUN);
        assertThat(discard(out, RUN)).isEqualTo(done());
        assertThat(out).doesNotExist();
    }

    @Test
    void shouldPrepareSplitsOfAllInputs() throws IOException {
        Path a = Files.writeString(folder.resolve("a"), "0123456789");
        Path b = Files.writeString(folder.resolve("b"), "01234");
        Prepared prepared =
                ((Result.Done<Prepared>)
                                prepare(
                                        List.of(
                                                new FileInput(1, a.toString()),
                                                new FileInput(2, b.toUri().toString())),
                                        List.of(new FileOutput(3, folder + "/out", false)),
                                        2))
                        .value();
        assertThat(prepared.totalBytes()).isEqualTo(15);
        assertThat(prepared.splits()).extracting(FileSplit::operator).containsExactly(1, 1, 2, 2);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void shouldRefuseWhatCannotBeReadOrWritten() throws IOException {
        Files.writeString(folder.resolve("file"), "x");
        Files.writeString(folder.resolve("packed.bz2"), "x");
        Files.createDirectories(folder.resolve("used"));
        Files.writeString(folder.resolve("used/part-00000"), "x");
        assertThat(refusal("absent", "out", false)).contains("absent does not exist");
        assertThat(refusal("no-*", "out", false)).contains("Nothing matches").contains("no-*");
        assertThat(refusal("packed.bz2", "out", false)).contains("packed.bz2").contains("gzip");
        assertThat(refusal("file", "used", false)).contains("used exists").contains("OVERWRITE");
        assertThat(refusal("file", "packed.bz2", true)).contains("is a file");
        assertThat(refusal("file", "file/out", false)).contains("is a file");
        assertThat(refusal("used", "used", true)).contains("reads").contains("writes");
        assertThat(refusal("used/part-00000", "used", true)).contains("which holds it");
        assertThat(refusal("used/*", "used", true)).contains("which holds it");
        assertThat(refusal("file", "file", true)).contains("name another output folder");
        assertThat(sentence(prepare(List.of(new FileInput(1, "gopher://x/y")), List.of(), 1)))
                .contains("gopher");
        List<FileOutput> twice =
                List.of(
                        new FileOutput(1, folder + "/out", false),
                        new FileOutput(2, folder.toUri() + "out/", false));
        assertThat(sentence(prepare(List.of(), twice, 1))).contains("Two sinks");
    }

    @Test
    void shouldAcceptAnOutputFolderWithLeftoversOfAnEarlierAttempt() throws IOException {
        Path out = freshOutput(false);
        write(out, RUN);
        assertThat(prepare(List.of(), List.of(new FileOutput(1, out.toString(), false)), 1))
                .isInstanceOf(Result.Done.class);
        assertThat(
                        prepare(
                                List.of(),
                                List.of(new FileOutput(1, freshOutput(true).toString(), true)),
                                1))
                .isInstanceOf(Result.Done.class);
    }

    @Test
    void shouldAcceptAnOutputFolderWhereverADiscardBrokeOff() throws IOException {
        boolean brokeOff = true;
        for (int call = 1; brokeOff; call++) {
            Path out = freshOutput(false);
            write(out, RUN);
            var files = interrupted(call, When.BEFORE, InterruptedFileSystem.failure());
            brokeOff = discard(files.view(), out, RUN) instanceof Result.Failed;
            assertThat(prepare(List.of(), List.of(new FileOutput(1, out.toString(), false)), 1))
                    .as("after call %d", call)
                    .isInstanceOf(Result.Done.class);
        }
    }

    @Test
    void shouldWriteUtf8LinesThroughItsBuffer() throws IOException {
        Path out = freshOutput(false);
        List<String> records =
                List.of("", "abc", "é".repeat(40_000), "x".repeat(70_000), "\uD83D\uDE00", "y\nz");
        StringBuilder expected = new StringBuilder();
        try (TextFileWriter writer = new TextFileWriter(out.toString(), RUN, 0, 1)) {
            for (int i = 0; i < 5; i++) {
                for (String record : records) {
                    writer.write(record);
                    expected.append(record).append('\n');
                    assertThat(writer.bytesWritten())
                            .isEqualTo(expected.toString().getBytes(StandardCharsets.UTF_8).length);
                }
            }
            writer.close();
        }
        assertThat(commit(LocalFileSystem.INSTANCE, out, false, RUN)).isEqualTo(done());
        assertThat(out.resolve("part-00000")).hasContent(expected.toString());
    }

    private String refusal(String input, String output, boolean overwrite) {
        return sentence(
                prepare(
                        List.of(new FileInput(1, folder + "/" + input)),
                        List.of(new FileOutput(2, folder + "/" + output, overwrite)),
                        1));
    }

    private static String sentence(Result<?> result) {
        assertThat(result).isInstanceOf(Result.Refused.class);
        return ((Result.Refused<?>) result).sentence();
    }

    private static Result<Void> done() {
        return new Result.Done<>(null);
    }

    /** Another output folder for each case; with something in it if it is to be replaced. */
    private Path freshOutput(boolean withOldContent) throws IOException {
        Path out = folder.resolve("case-" + cases++);
        if (withOldContent) {
            Files.createDirectories(out.resolve("sub"));
            Files.writeString(out.resolve("old"), "old");
            Files.writeString(out.resolve("part-00000"), "old");
            Files.writeString(out.resolve("_SUCCESS"), "");
        }
        return out;
    }

    private static void write(Path out, String run) throws IOException {
        for (int subtask = 0; subtask < 2; subtask++) {
            try (TextFileWriter writer = new TextFileWriter(out.toString(), run, subtask, 2)) {
                writer.write("new " + subtask);
            }
        }
    }

    private int callsOfACommit(boolean overwrite) throws IOException {
        Path out = freshOutput(overwrite);
        write(out, RUN);
        var files = interrupted(0, When.BEFORE, InterruptedFileSystem.failure());
        assertThat(commit(files.view(), out, overwrite, RUN)).isEqualTo(done());
        return files.calls();
    }

    private static InterruptedFileSystem interrupted(int call, When when, Turn turn) {
        return new InterruptedFileSystem(LocalFileSystem.INSTANCE, call, when, turn);
    }

    private static Result<Void> commit(FileSystem files, Path out, boolean overwrite, String run) {
        AtomicReference<Result<Void>> result = new AtomicReference<>();
        new TextOutputFiles(Runnable::run, path -> files)
                .commit(List.of(new FileOutput(1, out.toString(), overwrite)), run, result::set);
        return result.get();
    }

    private static Result<Void> discard(Path out, String run) {
        return discard(LocalFileSystem.INSTANCE, out, run);
    }

    private static Result<Void> discard(FileSystem files, Path out, String run) {
        AtomicReference<Result<Void>> result = new AtomicReference<>();
        new TextOutputFiles(Runnable::run, path -> files)
                .discard(List.of(new FileOutput(1, out.toString(), false)), run, result::set);
        return result.get();
    }

    private static Result<Prepared> prepare(
            List<FileInput> inputs, List<FileOutput> outputs, int minSplits) {
        AtomicReference<Result<Prepared>> result = new AtomicReference<>();
        new TextOutputFiles(Runnable::run).prepare(inputs, outputs, minSplits, result::set);
        return result.get();
    }

    /** Name and text of each file in a folder; a subfolder has the text null. */
    private static Map<String, String> content(Path out) throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> names = Files.list(out)) {
            for (Path name : names.toList()) {
                content.put(
                        name.getFileName().toString(),
                        Files.isDirectory(name) ? "a folder" : Files.readString(name));
            }
        }
        return content;
    }
}
