package io.millrace.runtime.master;

import java.time.Duration;
import java.util.Random;

/**
 * Pauses between tries: each twice as long as the one before, up to a limit, a little by chance.
 */
final class BackOff {
    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration LAST = Duration.ofSeconds(10);

    private final Random random;
    private int tries;

    BackOff(Random random) {
        this.random = random;
    }

    /** Tries so far. */
    int tries() {
        return tries;
    }

    /** The pause after one more try that came to nothing. */
    Duration next() {
        long millis = Math.min(LAST.toMillis(), FIRST.toMillis() << Math.min(tries, 16));
        tries++;
        return Duration.ofMillis(millis / 2 + (long) (random.nextDouble() * millis / 2));
    }
}
