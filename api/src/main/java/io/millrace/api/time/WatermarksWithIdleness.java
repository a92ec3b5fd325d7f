package io.millrace.api.time;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Marks a subtask idle whose input has been silent for a time, so that the others' watermarks do
 * not wait for it.
 *
 * <p>Counts records and looks at the clock only when no record has come since the last look.
 */
public class WatermarksWithIdleness<T> implements WatermarkGenerator<T> {
    private final WatermarkGenerator<T> watermarks;
    private final long idleNanos;
    private final RelativeClock clock;
    private long records;
    private long recordsAtLastLook;
    private long silentSinceNanos;
    private boolean silent;
    private boolean idle;

    /**
     * @param idleTimeout above 0
     */
    public WatermarksWithIdleness(
            WatermarkGenerator<T> watermarks, Duration idleTimeout, RelativeClock clock) {
        this.watermarks = requireNonNull(watermarks, "watermarks");
        this.clock = requireNonNull(clock, "clock");
        this.idleNanos = TimeUnit.MILLISECONDS.toNanos(check(idleTimeout));
    }

    static long check(Duration idleTimeout) {
        long millis = Time.millisOf(idleTimeout, "The idle timeout of watermarks");
        if (millis <= 0) {
            throw new InvalidProgramException(
                    "The idle timeout of watermarks was set to "
                            + idleTimeout
                            + ", but it must be at least 1 ms. Leave withIdleness() out if no input"
                            + " is to count as idle.");
        }
        return millis;
    }

    @Override
    public void onEvent(T event, long eventTimestamp, WatermarkOutput output) {
        watermarks.onEvent(event, eventTimestamp, output);
        records++;
        if (idle) {
            idle = false;
            output.markActive();
        }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        if (records != recordsAtLastLook) {
            recordsAtLastLook = records;
            silent = false;
        } else if (!silent) {
            silent = true;
            silentSinceNanos = clock.relativeTimeNanos();
        } else if (!idle && clock.relativeTimeNanos() - silentSinceNanos >= idleNanos) {
            idle = true;
            output.markIdle();
        }
        if (!idle) {
            watermarks.onPeriodicEmit(output);
        }
    }
}
