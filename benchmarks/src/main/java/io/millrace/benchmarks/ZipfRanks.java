package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Draws by Zipf's law: the r-th most frequent with a probability in proportion to 1 / r. */
final class ZipfRanks {
    private static final int SAMPLE = 1 << 20;

    private ZipfRanks() {}

    /** {@value #SAMPLE} ranks from 0, always the same for a count. */
    static int[] sample(int count) {
        double[] upTo = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += 1.0 / (i + 1);
            upTo[i] = sum;
        }
        SplittableRandom random = new SplittableRandom(1);
        int[] ranks = new int[SAMPLE];
        for (int i = 0; i < SAMPLE; i++) {
            int rank = Arrays.binarySearch(upTo, random.nextDouble() * sum);
            ranks[i] = Math.min(count - 1, rank < 0 ? -rank - 1 : rank);
        }
        return ranks;
    }
}
