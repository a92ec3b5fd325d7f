package io.millrace.api.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.file.LocalFileSystem;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineReaderTest {
    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "\n\n\n",
                "\r\n",
                "one",
                "one\n",
                "one\r",
                "one\r\r\n\rtwo\r",
                "first\nsecond\r\nthird\n\n\r\nlast without end",
                "\r\n\r\nGrüße, 你好, \uD83D\uDE00!\r\nñandú\n\uD83D\uDE00\uD83D\uDE00\r\n\né\n",
                "a longer line that goes over several chunks of the reader\n"
                        + "x\n\n"
                        + "another long one here"
            })
    void shouldReadEachLineOnceWhereverTheFileIsCut(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Path file = write("text", bytes);
        List<String> expected = linesOf(text);
        for (int a = 0; a <= bytes.length; a++) {
            for (int b = a; b <= bytes.length; b++) {
                assertThat(read(file, bytes.length, 7, 0, a, b, bytes.length))
                        .as("cut at %d and %d", a, b)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void shouldGiveALineToTheSplitInWhichItBegins() throws IOException {
        // Line feeds at 3 and 7.
        Path file = write("text", "abc\ndef\nghi".getBytes(StandardCharsets.UTF_8));
        for (int cut = 0; cut <= 11; cut++) {
            List<String> first = read(file, 11, 64, 0, cut);
            int expected = cut == 0 ? 0 : cut <= 4 ? 1 : cut <= 8 ? 2 : 3;
            assertThat(first).as("cut at %d", cut).hasSize(expected);
        }
    }

    @Test
    void shouldReadEachLineOnceWithTheChunksOfProduction() throws IOException {
        Random random = new Random(7);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            text.append(i).append(" é".repeat(random.nextInt(200)));
            text.append(random.nextBoolean() ? "\n" : "\r\n");
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        Path file = write("text", bytes);
        List<String> expected = linesOf(text.toString());
        for (int i = 0; i < 20; i++) {
            int a = random.nextInt(bytes.length);
            int b = a + random.nextInt(bytes.length - a);
            assertThat(read(file, bytes.length, 128 << 10, 0, a, b, bytes.length))
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ISO-8859-1", "windows-1252", "GBK", "Shift_JIS", "US-ASCII"})
    void shouldReadOtherCharsetsWhoseLineFeedIsOneByte(String name) throws IOException {
        Charset charset = Charset.forName(name);
        String text = name.equals("GBK") || name.equals("Shift_JIS") ? "中文\r\n字\n" : "abc\r\nd\n";
        byte[] bytes = text.getBytes(charset);
        Path file = write("text", bytes);
        List<String> lines = new ArrayList<>();
        try (LineReader reader =
                new LineReader(split(file, 0, bytes.length, bytes.length), charset)) {
            while (reader.next()) {
                lines.add(reader.line());
            }
        }
        assertThat(lines).isEqualTo(linesOf(text));
    }

    @Test
    void shouldRefuseACharsetWhoseLineFeedIsLonger() throws IOException {
        Path file = write("text", new byte[] {1, 2});
        assertThatThrownBy(() -> new LineReader(split(file, 0, 2, 2), StandardCharsets.UTF_16LE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("UTF-16LE");
    }

    @Test
    void shouldLeaveOutTheByteOrderMarkOnlyAtTheStartOfTheFile() throws IOException {
        String text = "\uFEFFone\n\uFEFFtwo\n";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Path file = write("text", bytes);
        for (int cut = 0; cut <= bytes.length; cut++) {
            assertThat(read(file, bytes.length, 4, 0, cut, bytes.length))
                    .as("cut at %d", cut)
                    .containsExactly("one", "\uFEFFtwo");
        }
    }

    @Test
    void shouldRefuseUtf16ThatIsReadAsUtf8() throws IOException {
        byte[] bytes = "\uFEFFone\n".getBytes(StandardCharsets.UTF_16LE);
        Path file = write("text", bytes);
        assertThatThrownBy(() -> new LineReader(split(file, 0, bytes.length, bytes.length)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("UTF-16");
    }

    @Test
    void shouldNameFileAndOffsetOfALineThatIsTooLong() throws IOException {
        byte[] bytes = ("ok\n" + "x".repeat(100) + "\n").getBytes(StandardCharsets.UTF_8);
        Path file = write("text", bytes);
        FileRange split = split(file, 0, bytes.length, bytes.length);
        try (LineReader reader =
                new LineReader(LocalFileSystem.INSTANCE, split, StandardCharsets.UTF_8, 8, 50)) {
            assertThat(reader.next()).isTrue();
            assertThatThrownBy(reader::next)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("offset 3")
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void shouldFailIfTheFileHasBecomeShorter() throws IOException {
        Path file = write("text", "one\ntwo".getBytes(StandardCharsets.UTF_8));
        try (LineReader reader = new LineReader(split(file, 0, 20, 20))) {
            assertThat(reader.next()).isTrue();
            assertThatThrownBy(reader::next).hasMessageContaining("was changed");
        }
    }

    @Test
    void shouldNotReadWhatWasAppendedSinceTheFileWasCut() throws IOException {
        Path file = write("text", "one\ntwo and more\n".getBytes(StandardCharsets.UTF_8));
        assertThat(read(file, 7, 64, 0, 7)).containsExactly("one", "two");
    }

    @Test
    void shouldCountTheBytesOfAllSplitsUpToTheLengthOfTheFile() throws IOException {
        byte[] bytes = "one\ntwo\nthree\n".getBytes(StandardCharsets.UTF_8);
        Path file = write("text", bytes);
        for (int cut = 0; cut <= bytes.length; cut++) {
            long sum = 0;
            for (int[] range : new int[][] {{0, cut}, {cut, bytes.length}}) {
                FileRange split = split(file, range[0], range[1] - range[0], bytes.length);
                try (LineReader reader = new LineReader(split)) {
                    long before = reader.bytesConsumed();
                    while (reader.next()) {
                        assertThat(reader.bytesConsumed()).isBetween(before, split.length());
                        before = reader.bytesConsumed();
                    }
                    sum += reader.bytesConsumed();
                    assertThat(reader.next()).isFalse();
                    assertThat(reader.line()).isNull();
                }
            }
            assertThat(sum).as("cut at %d", cut).isEqualTo(bytes.length);
        }
    }

    @Test
    void shouldUnpackGzipOfSeveralMembers() throws IOException {
        Path file = folder.resolve("text.gz");
        try (var out = Files.newOutputStream(file)) {
            for (String part : List.of("one\ntw", "o\nthree")) {
                GZIPOutputStream gzip = new GZIPOutputStream(out);
                gzip.write(part.getBytes(StandardCharsets.UTF_8));
                gzip.finish();
            }
        }
        int length = (int) Files.size(file);
        assertThat(read(file, length, 8, 0, length)).containsExactly("one", "two", "three");
        try (LineReader reader = new LineReader(split(file, 0, length, length))) {
            while (reader.next()) {
                assertThat(reader.bytesConsumed()).isLessThanOrEqualTo(length);
            }
            assertThat(reader.bytesConsumed()).isEqualTo(length);
        }
    }

    @Test
    void shouldNameTheFileThatIsNotGzipAsItsNameSays() throws IOException {
        Path file = write("text.gz", "plain".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> new LineReader(split(file, 0, 5, 5)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("text.gz");
    }

    @Test
    void shouldFindTheFirstLineFeedAmongAllNeighbouringBytes() {
        byte[] bytes = new byte[24];
        for (int value = 0; value < 256; value++) {
            for (int at = 0; at < bytes.length; at++) {
                Arrays.fill(bytes, (byte) value);
                if (value != '\n') {
                    assertThat(LineReader.indexOfLineFeed(bytes, 1, bytes.length)).isEqualTo(-1);
                }
                bytes[at] = '\n';
                int expected = value == '\n' ? 1 : at < 1 ? -1 : at;
                assertThat(LineReader.indexOfLineFeed(bytes, 1, bytes.length)).isEqualTo(expected);
            }
        }
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private static FileRange split(Path file, long offset, long length, long fileLength) {
        return new FileRange(file.toUri().toString(), offset, length, fileLength);
    }

    /** Lines of the splits between neighbouring cuts, in order. */
    private static List<String> read(Path file, int fileLength, int chunk, int... cuts)
            throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i + 1 < cuts.length; i++) {
            FileRange split = split(file, cuts[i], cuts[i + 1] - cuts[i], fileLength);
            try (LineReader reader =
                    new LineReader(
                            LocalFileSystem.INSTANCE,
                            split,
                            StandardCharsets.UTF_8,
                            chunk,
                            LineReader.MAX_LINE_BYTES)) {
                while (reader.next()) {
                    lines.add(reader.line());
                }
            }
        }
        return lines;
    }

    /** The rule once more, in the plainest way. */
    private static List<String> linesOf(String text) {
        List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
        if (lines.get(lines.size() - 1).isEmpty()) {
            lines.remove(lines.size() - 1);
        }
        lines.replaceAll(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
        return lines;
    }

    @Test
    void shouldGoOnBetweenAnyTwoLinesWhenTheFileIsCutAnywhere() throws IOException {
        byte[] bytes = "one\ntwo\r\n\nfour\nfive".getBytes(StandardCharsets.UTF_8);
        Path file = write("lines.txt", bytes);
        for (int cut = 1; cut < bytes.length; cut++) {
            List<String> lines = new ArrayList<>();
            for (FileRange split :
                    List.of(
                            split(file, 0, cut, bytes.length),
                            split(file, cut, bytes.length - cut, bytes.length))) {
                long position = -1;
                boolean more = true;
                while (more) {
                    try (LineReader reader =
                            position < 0
                                    ? new LineReader(split)
                                    : new LineReader(
                                            LocalFileSystem.INSTANCE,
                                            split,
                                            StandardCharsets.UTF_8,
                                            position)) {
                        more = reader.next();
                        if (more) {
                            lines.add(reader.line());
                            position = reader.position();
                        }
                    }
                }
            }
            assertThat(lines)
                    .as("cut at %s", cut)
                    .containsExactly("one", "two", "", "four", "five");
        }
    }
}
