package io.millrace.benchmarks;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A text of words as frequent as in a natural language: the k-th of 50,000 words comes with a
 * frequency of 1/k, lines have 5 to 15 words, a few of them capital or with punctuation behind.
 *
 * <p>The same size always gives the same bytes.
 *
 * @param path of the file
 * @param words in it
 */
record WordFile(Path path, long words) {
    private static final int VOCABULARY = 50_000;
    private static final long SEED = 20_261_121;

    /** Makes the file unless it is there. */
    static WordFile of(Path folder, long bytes) throws IOException {
        Path path = folder.resolve("words-" + bytes + ".txt");
        Path count = folder.resolve("words-" + bytes + ".count");
        if (!Files.exists(count)) {
            Files.createDirectories(folder);
            Path unfinished = Files.createTempFile(folder, "words-", ".unfinished");
            long words = write(unfinished, bytes);
            Files.move(unfinished, path, StandardCopyOption.REPLACE_EXISTING);
            Files.writeString(count, Long.toString(words));
        }
        return new WordFile(path, Long.parseLong(Files.readString(count).strip()));
    }

    /** A folder in which the file stands many times, as links. */
    Path repeated(int times) throws IOException {
        Path folder = path.resolveSibling(path.getFileName() + "-" + times + "-times");
        Files.createDirectories(folder);
        for (int i = 0; i < times; i++) {
            Path link = folder.resolve(i + ".txt");
            if (!Files.exists(link)) {
                Files.createLink(link, path);
            }
        }
        return folder;
    }

    private static long write(Path path, long bytes) throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        byte[][] vocabulary = vocabulary(random.split());
        double[] cumulated = cumulatedFrequencies();
        long written = 0;
        long words = 0;
        byte[] line = new byte[512];
        try (OutputStream out = Files.newOutputStream(path)) {
            byte[] block = new byte[1 << 16];
            int filled = 0;
            while (written < bytes) {
                int length = 0;
                int inLine = 5 + random.nextInt(11);
                for (int i = 0; i < inLine; i++) {
                    byte[] word = vocabulary[rank(cumulated, random.nextDouble())];
                    System.arraycopy(word, 0, line, length, word.length);
                    if (i == 0) {
                        line[length] = (byte) Character.toUpperCase(line[length]);
                    }
                    length += word.length;
                    if (random.nextInt(12) == 0) {
                        line[length++] = ',';
                    }
                    line[length++] = (byte) (i + 1 == inLine ? '\n' : ' ');
                }
                if (filled + length > block.length) {
                    out.write(block, 0, filled);
                    filled = 0;
                }
                System.arraycopy(line, 0, block, filled, length);
                filled += length;
                written += length;
                words += inLine;
            }
            out.write(block, 0, filled);
        }
        return words;
    }

    private static byte[][] vocabulary(SplittableRandom random) {
        byte[][] vocabulary = new byte[VOCABULARY][];
        for (int i = 0; i < VOCABULARY; i++) {
            // frequent words are short; the rank in base 26 keeps words apart
            StringBuilder word = new StringBuilder();
            for (int rank = i + 1; rank > 0; rank /= 26) {
                word.append((char) ('a' + rank % 26));
            }
            for (int more = random.nextInt(1 + Math.min(8, i / 20)); more > 0; more--) {
                word.append((char) ('a' + random.nextInt(26)));
            }
            vocabulary[i] = word.toString().getBytes(StandardCharsets.US_ASCII);
        }
        return vocabulary;
    }

    private static double[] cumulatedFrequencies() {
        double[] cumulated = new double[VOCABULARY];
        double sum = 0;
        for (int i = 0; i < VOCABULARY; i++) {
            sum += 1.0 / (i + 1);
            cumulated[i] = sum;
        }
        for (int i = 0; i < VOCABULARY; i++) {
            cumulated[i] /= sum;
        }
        return cumulated;
    }

    private static int rank(double[] cumulated, double chance) {
        int at = Arrays.binarySearch(cumulated, chance);
        return Math.min(VOCABULARY - 1, at >= 0 ? at : -at - 1);
    }
}
