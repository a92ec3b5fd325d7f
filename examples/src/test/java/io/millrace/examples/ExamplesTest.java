package io.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs each example in this JVM, as an IDE would, and compares its files with a plain count. */
class ExamplesTest {
    private static final Path JARGON_FILE =
            Path.of(System.getProperty("user.dir"), "data/jargon-file-4.4.7.txt");

    @TempDir Path folder;

    private Path output;

    private String output() {
        output = folder.resolve("output");
        return output.toString();
    }

    /** The lines of all files that a reader of the folder would be given. */
    private List<String> lines() throws IOException {
        try (Stream<Path> files = Files.walk(output)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().matches("[._].*"))
                    .flatMap(ExamplesTest::linesOf)
                    .toList();
        }
    }

    private static Stream<String> linesOf(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Long> wordsOf(String text) {
        return Stream.of(text.toLowerCase(Locale.ROOT).split("\\W+"))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.groupingBy(word -> word, TreeMap::new, Collectors.counting()));
    }

    @Test
    void shouldCountTheWordsOfTheJargonFile() throws Exception {
        WordCount.main(new String[] {"--input", JARGON_FILE.toString(), "--output", output()});

        Map<String, Long> expected = wordsOf(Files.readString(JARGON_FILE));
        assertThat(lines())
                .containsExactlyInAnyOrderElementsOf(
                        expected.entrySet().stream()
                                .map(word -> word.getKey() + " " + word.getValue())
                                .toList());
    }

    @Test
    void shouldCountTheWordsOfAllFilesOfAFolder() throws Exception {
        Path input = Files.createDirectory(folder.resolve("input"));
        Files.writeString(input.resolve("a.txt"), "To be, or not to be;\r\n\r\n-- that is");
        Files.writeString(input.resolve("b.txt"), "the QUESTION. Émigré\n");

        WordCount.main(new String[] {input.toString(), output()});

        assertThat(lines())
                .containsExactlyInAnyOrder(
                        "to 2",
                        "be 2",
                        "or 1",
                        "not 1",
                        "that 1",
                        "is 1",
                        "the 1",
                        "question 1",
                        "migr 1");
    }

    @Test
    void shouldRefuseArgumentsThatAreNoPaths() {
        assertThatThrownBy(() -> WordCount.main(new String[] {}))
                .hasMessageContaining("no input is named")
                .hasMessageContaining("--input PATH");
        assertThatThrownBy(() -> WordCount.main(new String[] {"--input"}))
                .hasMessageContaining("--input needs a path");
        assertThatThrownBy(() -> WordCount.main(new String[] {"a", "b", "c"}))
                .hasMessageContaining("'c' is one path too many");
        assertThatThrownBy(() -> WordCount.main(new String[] {"--in", "a"}))
                .hasMessageContaining("'--in' is not known");
    }

    @Test
    void shouldEmitARunningCountForEachLetter() throws Exception {
        Path input = Files.writeString(folder.resolve("input.txt"), "abba\nBA 1!\n");

        LetterCounts.main(new String[] {input.toString(), output()});

        assertThat(lines()).containsExactlyInAnyOrder("a 1", "a 2", "a 3", "b 1", "b 2", "b 3");
    }

    @Test
    void shouldFindTheHottestReadingOfEachSensor() throws Exception {
        int readings = 200;

        HottestReadings.main(new String[] {Integer.toString(readings), output()});

        Map<Integer, Double> expected = new TreeMap<>();
        for (int subtask = 0; subtask < Runtime.getRuntime().availableProcessors(); subtask++) {
            SplittableRandom random = new SplittableRandom(subtask);
            for (int i = 0; i < readings; i++) {
                expected.merge(
                        random.nextInt(HottestReadings.SENSORS),
                        random.nextDouble(-20, 40),
                        Math::max);
            }
        }
        Map<Integer, Double> found = new TreeMap<>();
        for (String line : lines()) {
            String[] words = line.split(" ");
            found.merge(Integer.parseInt(words[0]), Double.parseDouble(words[1]), Math::max);
        }
        assertThat(found).isEqualTo(expected);
        assertThat(lines()).hasSize(readings * Runtime.getRuntime().availableProcessors());
    }

    @Test
    void shouldCountTheNumbersOfEachKeyWithoutAGap() throws Exception {
        int numbers = 10_000;

        RunningCounts.main(
                new String[] {
                    "--output", output(), "--rate", "1000000", "--numbers", "" + numbers
                });

        Map<Integer, List<Integer>> counts =
                lines().stream()
                        .map(line -> line.split(" "))
                        .collect(
                                Collectors.groupingBy(
                                        words -> Integer.parseInt(words[0]),
                                        Collectors.mapping(
                                                words -> Integer.parseInt(words[1]),
                                                Collectors.toList())));
        assertThat(counts).hasSize(RunningCounts.KEYS);
        assertThat(counts.values())
                .allSatisfy(
                        ofKey ->
                                assertThat(ofKey)
                                        .containsExactlyInAnyOrderElementsOf(
                                                IntStream.rangeClosed(
                                                                1, numbers / RunningCounts.KEYS)
                                                        .boxed()
                                                        .toList()));
    }

    @Test
    void shouldTellTheStatisticsOfLines() throws Exception {
        Path input = Files.createDirectory(folder.resolve("input"));
        Files.writeString(input.resolve("a.txt"), "one\n\ntwo words\n");
        Files.writeString(input.resolve("b.txt"), "   \ntwo more\nand three more\n");

        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            LineStatistics.main(new String[] {input.toString(), output()});
        } finally {
            System.setOut(before);
        }

        assertThat(lines())
                .containsExactlyInAnyOrder("one", "two words", "two more", "and three more");
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("6 lines, the longest of 14 characters")
                .contains("lines by words: {1=1, 2=2, 3=1}");
    }
}
