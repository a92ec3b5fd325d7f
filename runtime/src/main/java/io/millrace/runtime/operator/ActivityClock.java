package io.millrace.runtime.operator;

import io.millrace.api.time.RelativeClock;
import java.util.concurrent.TimeUnit;

/**
 * Measures the time in which an input might bring records: it stands while the input is not read,
 * which is then not idle.
 *
 * <p>Threads: owned by the subtask.
 */
final class ActivityClock implements RelativeClock {
    private final RelativeClock clock;
    private long stoodNanos;
    private long standsSinceNanos;
    private boolean stands;

    /**
     * @param clock runs on, or stands for more inputs than this one
     */
    ActivityClock(RelativeClock clock) {
        this.clock = clock;
    }

    void stop() {
        if (!stands) {
            stands = true;
            standsSinceNanos = clock.relativeTimeNanos();
        }
    }

    void goOn() {
        if (stands) {
            stands = false;
            stoodNanos += clock.relativeTimeNanos() - standsSinceNanos;
        }
    }

    @Override
    public long relativeTimeNanos() {
        return (stands ? standsSinceNanos : clock.relativeTimeNanos()) - stoodNanos;
    }

    @Override
    public long relativeTimeMillis() {
        return TimeUnit.NANOSECONDS.toMillis(relativeTimeNanos());
    }
}
