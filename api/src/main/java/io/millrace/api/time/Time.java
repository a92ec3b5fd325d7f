package io.millrace.api.time;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import java.io.Serializable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A length of time, as older programs write it; newer ones use {@link Duration}. */
public final class Time implements Serializable {
    private static final long serialVersionUID = 1L;

    private final long size;
    private final TimeUnit unit;

    private Time(long size, TimeUnit unit) {
        this.size = size;
        this.unit = requireNonNull(unit, "unit");
    }

    public static Time of(long size, TimeUnit unit) {
        return new Time(size, unit);
    }

    /** As long as the duration, in whole milliseconds. */
    public static Time fromDuration(Duration duration) {
        return milliseconds(duration.toMillis());
    }

    public static Time milliseconds(long milliseconds) {
        return of(milliseconds, TimeUnit.MILLISECONDS);
    }

    public static Time seconds(long seconds) {
        return of(seconds, TimeUnit.SECONDS);
    }

    public static Time minutes(long minutes) {
        return of(minutes, TimeUnit.MINUTES);
    }

    public static Time hours(long hours) {
        return of(hours, TimeUnit.HOURS);
    }

    public static Time days(long days) {
        return of(days, TimeUnit.DAYS);
    }

    /** In units of {@link #getUnit}. */
    public long getSize() {
        return size;
    }

    public TimeUnit getUnit() {
        return unit;
    }

    public long toMilliseconds() {
        return unit.toMillis(size);
    }

    public Duration toDuration() {
        return Duration.ofMillis(toMilliseconds());
    }

    /**
     * Milliseconds of a duration given by a program.
     *
     * @param what for the message, e.g. {@code The size of a window}
     */
    public static long millisOf(Duration duration, String what) {
        requireNonNull(duration, what);
        try {
            return duration.toMillis();
        } catch (ArithmeticException e) {
            throw new InvalidProgramException(
                    what
                            + " was set to "
                            + duration
                            + ", which is more milliseconds than fit into a long. Give a shorter"
                            + " time.",
                    e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Time that && that.toMilliseconds() == toMilliseconds();
    }

    @Override
    public int hashCode() {
        return Long.hashCode(toMilliseconds());
    }

    @Override
    public String toString() {
        return toMilliseconds() + " ms";
    }
}
