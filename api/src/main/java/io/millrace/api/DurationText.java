package io.millrace.api;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Durations as they are written in configurations.
 *
 * <p>Format: {@code 100 ms}, {@code 1min}, {@code 5 s}, {@code 2 days}; no unit means milliseconds.
 */
final class DurationText {
    private static final Map<String, ChronoUnit> UNITS = new LinkedHashMap<>();

    static {
        unit(ChronoUnit.DAYS, "d", "day", "days");
        unit(ChronoUnit.HOURS, "h", "hour", "hours");
        unit(ChronoUnit.MINUTES, "min", "m", "minute", "minutes");
        unit(ChronoUnit.SECONDS, "s", "sec", "secs", "second", "seconds");
        unit(ChronoUnit.MILLIS, "", "ms", "milli", "millis", "millisecond", "milliseconds");
        unit(ChronoUnit.MICROS, "\u00b5s", "us", "micro", "micros", "microsecond", "microseconds");
        unit(ChronoUnit.NANOS, "ns", "nano", "nanos", "nanosecond", "nanoseconds");
    }

    private DurationText() {}

    private static void unit(ChronoUnit unit, String... names) {
        for (String name : names) {
            UNITS.put(name, unit);
        }
    }

    static Duration parse(String text) {
        String trimmed = text.trim();
        int digits = 0;
        while (digits < trimmed.length()
                && trimmed.charAt(digits) >= '0'
                && trimmed.charAt(digits) <= '9') {
            digits++;
        }
        ChronoUnit unit = UNITS.get(trimmed.substring(digits).trim().toLowerCase(Locale.ROOT));
        if (digits > 0 && unit != null) {
            try {
                return Duration.of(Long.parseLong(trimmed.substring(0, digits)), unit);
            } catch (ArithmeticException | NumberFormatException e) {
                throw new IllegalArgumentException(
                        "'" + text + "' is longer than a duration can be", e);
            }
        }
        throw new IllegalArgumentException(
                "'"
                        + text
                        + "' is not a duration: write a whole number and a unit (ms, s, min, h or"
                        + " d), e.g. 10 s");
    }

    /** In the largest unit that divides the duration, e.g. {@code 90 s}. */
    static String format(Duration duration) {
        long nanos = duration.getNano();
        long seconds = duration.getSeconds();
        if (nanos % 1_000 != 0) {
            return duration.toNanos() + " ns";
        } else if (nanos % 1_000_000 != 0) {
            return duration.toNanos() / 1_000 + " us";
        } else if (nanos != 0 || seconds == 0) {
            return duration.toMillis() + " ms";
        } else if (seconds % 86_400 == 0) {
            return seconds / 86_400 + " d";
        } else if (seconds % 3_600 == 0) {
            return seconds / 3_600 + " h";
        } else if (seconds % 60 == 0) {
            return seconds / 60 + " min";
        }
        return seconds + " s";
    }
}
