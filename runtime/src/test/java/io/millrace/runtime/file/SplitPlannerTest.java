package io.millrace.runtime.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.fs.FileBlock;
import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitPlannerTest {
    @TempDir Path folder;
    private final SplitPlanner planner = new SplitPlanner(LocalFileSystem.INSTANCE);

    @Test
    void shouldReadTheFilesOfAFolderButNotHiddenOnesNorSubfolders() throws IOException {
        for (String name : List.of("b", "a", ".hidden", "_SUCCESS", "sub/c", "with space")) {
            write(name, 3);
        }
        assertThat(names(planner.find(folder.toString()))).containsExactly("a", "b", "with space");
    }

    @Test
    void shouldTakeAHiddenNameThatWasAskedFor() throws IOException {
        write("_x", 3);
        write(".y", 3);
        write("z", 3);
        assertThat(names(planner.find(folder + "/_x"))).containsExactly("_x");
        assertThat(names(planner.find(folder + "/_*"))).containsExactly("_x");
        assertThat(names(planner.find(folder + "/*"))).containsExactly("z");
    }

    @Test
    void shouldExpandGlobsOverFilesAndFolders() throws IOException {
        for (String name :
                List.of("2026-01/a.log", "2026-01/b.txt", "2026-02/c.log", "2027-01/d.log", "e")) {
            write(name, 1);
        }
        assertThat(names(planner.find(folder + "/2026-*/*.log"))).containsExactly("a.log", "c.log");
        assertThat(names(planner.find(folder + "/2026-0[2-9]"))).containsExactly("c.log");
        assertThat(names(planner.find(folder + "/2026-0[^2]"))).containsExactly("a.log", "b.txt");
        assertThat(names(planner.find(folder + "/{2026-01/b.txt,2027-01/?.log,e}")))
                .containsExactly("b.txt", "d.log", "e");
        assertThat(names(planner.find(folder + "/{2026-01,2026-01/a.log}")))
                .as("a file that matches twice is read once")
                .containsExactly("a.log", "b.txt");
    }

    @Test
    void shouldTakeAFileWhoseNameLooksLikeAGlobForItself() throws IOException {
        write("a[1].txt", 1);
        write("a1.txt", 1);
        assertThat(names(planner.find(folder + "/a[1].txt"))).containsExactly("a[1].txt");
    }

    @Test
    void shouldNameWhatIsMissing() {
        assertThatThrownBy(() -> planner.find(folder + "/absent"))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("absent does not exist");
        assertThatThrownBy(() -> planner.find(folder + "/absent-*"))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("Nothing matches")
                .hasMessageContaining("absent-*");
    }

    @Test
    void shouldCutSoThatEachSubtaskHasASplitIfBytesAllow() throws IOException {
        write("a", 1000);
        write("b", 10);
        write("empty", 0);
        List<FileStatus> files = planner.find(folder.toString());
        for (int min = 1; min <= 1010; min++) {
            List<FileSplit> splits = planner.split(4, files, min);
            assertThat(splits).hasSize(Math.max(2, min));
            assertCovered(splits, files);
        }
        assertThat(planner.split(4, files, 5000)).hasSize(1010);
        assertThat(planner.split(4, files, 5)).isEqualTo(planner.split(4, files, 5));
        assertThat(planner.split(4, files, 5)).allMatch(split -> split.operator() == 4);
    }

    @Test
    void shouldNotCutCompressedFiles() throws IOException {
        write("a.gz", 1000);
        write("b.GZ", 1000);
        write("c.bz2", 1000);
        assertThat(planner.split(0, planner.find(folder.toString()), 8)).hasSize(3);
    }

    @Test
    void shouldBeginWithTheBlocks() throws IOException {
        write("a", 250);
        FileSystem blocks = withBlocksOf(100);
        SplitPlanner byBlock = new SplitPlanner(blocks);
        List<FileStatus> files = byBlock.find(folder.toString());
        assertThat(lengths(byBlock.split(0, files, 1))).containsExactly(100L, 100L, 50L);
        assertThat(lengths(byBlock.split(0, files, 4))).containsExactly(50L, 50L, 100L, 50L);
        assertThat(lengths(byBlock.split(0, files, 5))).containsExactly(50L, 50L, 50L, 50L, 50L);
    }

    @Test
    void shouldCutWhatTheBlocksDoNotCover() throws IOException {
        write("a", 250);
        SplitPlanner byBlock = new SplitPlanner(withBlocksOf(100));
        // The file has grown or shrunk between the two questions.
        URI path = byBlock.find(folder.toString()).get(0).path();
        List<FileStatus> longer = List.of(new FileStatus(path, false, 270, 0));
        List<FileStatus> shorter = List.of(new FileStatus(path, false, 120, 0));
        assertThat(lengths(byBlock.split(0, longer, 1))).containsExactly(100L, 100L, 50L, 20L);
        assertThat(lengths(byBlock.split(0, shorter, 1))).containsExactly(100L, 20L);
    }

    /** Blocks of the size given; the rest is the local file system. */
    private static FileSystem withBlocksOf(long size) {
        return (FileSystem)
                Proxy.newProxyInstance(
                        SplitPlannerTest.class.getClassLoader(),
                        new Class<?>[] {FileSystem.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("blocks")) {
                                long length =
                                        Files.size(Path.of(((FileStatus) arguments[0]).path()));
                                List<FileBlock> blocks = new ArrayList<>();
                                for (long at = 0; at < length; at += size) {
                                    long end = Math.min(size, length - at);
                                    blocks.add(new FileBlock(at, end, List.of("host")));
                                }
                                return blocks;
                            }
                            try {
                                return method.invoke(LocalFileSystem.INSTANCE, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private static void assertCovered(List<FileSplit> splits, List<FileStatus> files) {
        Map<String, Long> ends = new HashMap<>();
        for (FileSplit split : splits) {
            assertThat(split.length()).isPositive();
            assertThat(split.offset()).isEqualTo(ends.getOrDefault(split.path(), 0L));
            ends.put(split.path(), split.offset() + split.length());
        }
        for (FileStatus file : files) {
            assertThat(ends.getOrDefault(file.path().toString(), 0L)).isEqualTo(file.length());
        }
    }

    private static List<Long> lengths(List<FileSplit> splits) {
        return splits.stream().map(FileSplit::length).toList();
    }

    private void write(String name, int length) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[length]);
    }

    private static List<String> names(List<FileStatus> files) {
        return files.stream().map(file -> OutputLayout.name(file.path())).toList();
    }
}
