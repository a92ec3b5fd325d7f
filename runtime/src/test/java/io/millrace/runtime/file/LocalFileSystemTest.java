package io.millrace.runtime.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.fs.FSDataOutputStream;
import io.millrace.api.fs.FileSystem;
import io.millrace.api.fs.NoFileSystemException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFileSystemTest {
    @TempDir Path folder;
    private final FileSystem files = LocalFileSystem.INSTANCE;

    @Test
    void shouldBeFoundForFilesAndForPathsWithoutAScheme() throws IOException {
        assertThat(FileSystems.of("file:///tmp/x")).isSameAs(files);
        assertThat(FileSystems.of("logs/12:30/*")).isSameAs(files);
        assertThat(FileSystems.of(folder.toUri())).isSameAs(files);
    }

    @Test
    void shouldNameSchemeAndCureIfNobodyServesIt() {
        assertThatThrownBy(() -> FileSystems.of("gopher://host/x"))
                .isInstanceOf(NoFileSystemException.class)
                .hasMessageContaining("'gopher'")
                .hasMessageContaining("millrace-hdfs-state");
    }

    @Test
    void shouldQualifyRelativePathsAndNamesThatAreNoUris() {
        assertThat(files.qualify("/a b/ü%20")).hasToString("file:///a%20b/ü%2520");
        assertThat(files.qualify("file:///a/../b").getPath()).isEqualTo("/b");
        assertThat(files.qualify("x").getPath())
                .isEqualTo(Path.of("x").toAbsolutePath().toString());
    }

    @Test
    void shouldRenameWithoutOverwritingAFile() throws IOException {
        URI a = write("a", "1");
        URI b = write("b", "2");
        assertThatThrownBy(() -> files.rename(a, b)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(text(a) + text(b)).isEqualTo("12");
        files.rename(a, at("c"));
        assertThat(files.exists(a)).isFalse();
        assertThat(text(at("c"))).isEqualTo("1");
    }

    @Test
    void shouldNotRenameIntoAnExistingFolder() throws IOException {
        URI a = write("a", "1");
        for (String name : new String[] {"full", "empty"}) {
            files.makeFolders(at(name));
        }
        write("full/x", "2");
        for (String name : new String[] {"full", "empty"}) {
            assertThatThrownBy(() -> files.rename(a, at(name)))
                    .isInstanceOf(FileAlreadyExistsException.class);
        }
        files.makeFolders(at("other"));
        for (String name : new String[] {"full", "empty"}) {
            assertThatThrownBy(() -> files.rename(at("other"), at(name)))
                    .isInstanceOf(FileAlreadyExistsException.class);
        }
    }

    @Test
    void shouldSayThatSourceOrFolderOfTheTargetIsMissing() throws IOException {
        URI a = write("a", "1");
        assertThatThrownBy(() -> files.rename(at("absent"), at("b")))
                .isInstanceOf(FileNotFoundException.class);
        assertThatThrownBy(() -> files.rename(a, at("absent/b")))
                .isInstanceOf(FileNotFoundException.class);
        files.makeFolders(at("d"));
        assertThatThrownBy(() -> files.rename(at("d"), at("absent/d")))
                .isInstanceOf(FileNotFoundException.class);
        assertThat(text(a)).isEqualTo("1");
    }

    @Test
    void shouldFinishARenameThatWasCutInHalf() throws IOException {
        URI a = write("a", "1");
        Files.createLink(Path.of(at("b")), Path.of(a));
        files.rename(a, at("b"));
        assertThat(files.exists(a)).isFalse();
        assertThat(text(at("b"))).isEqualTo("1");
    }

    @Test
    void shouldCreateFoldersAboveAndRefuseAnExistingFile() throws IOException {
        URI a = write("x/y/a", "1");
        assertThatThrownBy(() -> files.create(a, false))
                .isInstanceOf(FileAlreadyExistsException.class);
        try (var out = files.create(a, true)) {
            out.write('2');
        }
        assertThat(text(a)).isEqualTo("2");
    }

    @Test
    void shouldSayThatNothingIsThereBelowAFile() throws IOException {
        URI a = write("a", "1");
        URI below = URI.create(a + "/b");
        assertThatThrownBy(() -> files.status(below)).isInstanceOf(FileNotFoundException.class);
        assertThat(files.exists(below)).isFalse();
        assertThatThrownBy(() -> files.create(below, true)).isInstanceOf(IOException.class);
    }

    @Test
    void shouldListSortedAndAFileAsItself() throws IOException {
        write("d/b", "1");
        write("d/a", "22");
        write("d/c/x", "3");
        assertThat(files.list(at("d")))
                .extracting(status -> OutputLayout.name(status.path()) + status.folder())
                .containsExactly("afalse", "bfalse", "ctrue");
        assertThat(files.list(at("d/a"))).singleElement().matches(status -> status.length() == 2);
        assertThatThrownBy(() -> files.list(at("absent")))
                .isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void shouldDeleteFoldersButNotWhatLinksLeadTo() throws IOException {
        write("d/e/a", "1");
        write("kept/b", "2");
        Files.createSymbolicLink(folder.resolve("d/link"), folder.resolve("kept"));
        assertThat(files.deleteEmptyFolder(at("d"))).isFalse();
        assertThat(files.delete(at("d"))).isTrue();
        assertThat(files.delete(at("d"))).isFalse();
        assertThat(files.exists(at("kept/b"))).isTrue();
        files.delete(at("kept/b"));
        assertThat(files.deleteEmptyFolder(at("kept"))).isTrue();
        assertThat(files.deleteEmptyFolder(at("kept"))).isFalse();
    }

    @Test
    void shouldOpenAtAnOffset() throws IOException {
        URI a = write("a", "0123456789");
        for (int offset = 0; offset <= 10; offset++) {
            try (var in = files.open(a, offset)) {
                assertThat(in.readAllBytes()).hasSize(10 - offset);
            }
        }
        assertThatThrownBy(() -> files.open(a, 11)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> files.open(at("absent"), 0))
                .isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void shouldEndAFileThatWasBeingWritten() throws IOException {
        URI file = at("below/growing");
        FSDataOutputStream out = files.createSyncable(file);
        out.write("abc".getBytes(StandardCharsets.UTF_8));
        out.sync();
        assertThat(out.getPos()).isEqualTo(3);
        out.write("def".getBytes(StandardCharsets.UTF_8));
        out.close();

        files.truncate(file, 3);
        files.truncate(file, 3);

        assertThat(text(file)).isEqualTo("abc");
        assertThatThrownBy(() -> files.truncate(file, 4))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("has 3 bytes, 4 were made to stay");
        assertThatThrownBy(() -> files.truncate(at("absent"), 3))
                .isInstanceOf(FileNotFoundException.class);
        assertThatThrownBy(() -> files.createSyncable(file))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    private URI at(String name) {
        return files.qualify(folder + "/" + name);
    }

    private URI write(String name, String text) throws IOException {
        try (var out = files.create(at(name), false)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return at(name);
    }

    private String text(URI path) throws IOException {
        try (var in = files.open(path, 0)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
