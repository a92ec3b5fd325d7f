package io.millrace.api;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * An amount of memory in whole bytes.
 *
 * <p>Format: {@code 12g}, {@code 1728m}, {@code 64 mb}, {@code 100 bytes}, {@code 4096}; units are
 * powers of 1024 and may be written in any case, no unit means bytes.
 *
 * <p>Errors: an amount that is negative, not a whole number or beyond {@link Long#MAX_VALUE} is an
 * {@link IllegalArgumentException}; so is arithmetic that leaves that range.
 */
public final class MemorySize implements Comparable<MemorySize>, Serializable {
    private static final long serialVersionUID = 1L;

    private static final int KIBI = 10;
    private static final int MEBI = 20;
    private static final int GIBI = 30;
    private static final int TEBI = 40;
    private static final Map<String, Integer> SHIFTS =
            Map.ofEntries(
                    Map.entry("", 0),
                    Map.entry("b", 0),
                    Map.entry("byte", 0),
                    Map.entry("bytes", 0),
                    Map.entry("k", KIBI),
                    Map.entry("kb", KIBI),
                    Map.entry("kib", KIBI),
                    Map.entry("kibibytes", KIBI),
                    Map.entry("m", MEBI),
                    Map.entry("mb", MEBI),
                    Map.entry("mib", MEBI),
                    Map.entry("mebibytes", MEBI),
                    Map.entry("g", GIBI),
                    Map.entry("gb", GIBI),
                    Map.entry("gib", GIBI),
                    Map.entry("gibibytes", GIBI),
                    Map.entry("t", TEBI),
                    Map.entry("tb", TEBI),
                    Map.entry("tib", TEBI),
                    Map.entry("tebibytes", TEBI));

    public static final MemorySize ZERO = new MemorySize(0);
    public static final MemorySize MAX_VALUE = new MemorySize(Long.MAX_VALUE);

    private final long bytes;

    public MemorySize(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("An amount of memory is 0 or more, not " + bytes);
        }
        this.bytes = bytes;
    }

    public static MemorySize ofBytes(long bytes) {
        return new MemorySize(bytes);
    }

    public static MemorySize ofKibiBytes(long kibibytes) {
        return new MemorySize(shifted(kibibytes, KIBI, kibibytes + " KiB"));
    }

    public static MemorySize ofMebiBytes(long mebibytes) {
        return new MemorySize(shifted(mebibytes, MEBI, mebibytes + " MiB"));
    }

    public static MemorySize ofGibiBytes(long gibibytes) {
        return new MemorySize(shifted(gibibytes, GIBI, gibibytes + " GiB"));
    }

    /** Reads an amount as it stands in a configuration. */
    public static MemorySize parse(String text) {
        String trimmed = text.trim();
        int digits = 0;
        while (digits < trimmed.length() && isDigit(trimmed.charAt(digits))) {
            digits++;
        }
        Integer shift = SHIFTS.get(trimmed.substring(digits).trim().toLowerCase(Locale.ROOT));
        if (digits == 0 || shift == null) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is not an amount of memory: write a whole number and a unit"
                            + " (b, k, m, g or t), e.g. 1728m");
        }
        long number;
        try {
            number = Long.parseLong(trimmed.substring(0, digits));
        } catch (NumberFormatException e) {
            throw tooLarge("'" + text + "'");
        }
        return new MemorySize(shifted(number, shift, "'" + text + "'"));
    }

    public long getBytes() {
        return bytes;
    }

    /** Whole kibibytes, rounded down. */
    public long getKibiBytes() {
        return bytes >> KIBI;
    }

    /** Whole mebibytes, rounded down. */
    public int getMebiBytes() {
        return (int) Math.min(Integer.MAX_VALUE, bytes >> MEBI);
    }

    /** Whole gibibytes, rounded down. */
    public long getGibiBytes() {
        return bytes >> GIBI;
    }

    public MemorySize add(MemorySize other) {
        try {
            return new MemorySize(Math.addExact(bytes, other.bytes));
        } catch (ArithmeticException e) {
            throw tooLarge(this + " + " + other);
        }
    }

    public MemorySize subtract(MemorySize other) {
        return new MemorySize(bytes - other.bytes);
    }

    /** The product, cut to whole bytes. */
    public MemorySize multiply(double factor) {
        OptionalLong product = product(factor);
        return new MemorySize(product.orElseThrow(() -> tooLarge(this + " x " + factor)));
    }

    public MemorySize divide(long by) {
        return new MemorySize(bytes / by);
    }

    private OptionalLong product(double factor) {
        BigDecimal exact = BigDecimal.valueOf(bytes).multiply(BigDecimal.valueOf(factor));
        return exact.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                ? OptionalLong.empty()
                : OptionalLong.of(exact.longValue());
    }

    /** For people: in the largest unit that leaves a figure of at least 1, e.g. 5.25 GiB. */
    public String toHumanReadableString() {
        int shift =
                bytes >> TEBI > 0
                        ? TEBI
                        : bytes >> GIBI > 0
                                ? GIBI
                                : bytes >> MEBI > 0 ? MEBI : bytes >> KIBI > 0 ? KIBI : 0;
        if (shift == 0) {
            return bytes + " bytes";
        }
        String figure = String.format(Locale.ROOT, "%.2f", bytes / (double) (1L << shift));
        return figure.replaceAll("\\.?0+$", "")
                + switch (shift) {
                    case KIBI -> " KiB";
                    case MEBI -> " MiB";
                    case GIBI -> " GiB";
                    default -> " TiB";
                };
    }

    @Override
    public int compareTo(MemorySize other) {
        return Long.compare(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MemorySize that && that.bytes == bytes;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(bytes);
    }

    /** Exact, and read again by {@link #parse}: the largest unit that divides the amount. */
    @Override
    public String toString() {
        int zeros = bytes == 0 ? 0 : Long.numberOfTrailingZeros(bytes);
        if (zeros >= TEBI) {
            return (bytes >> TEBI) + "t";
        } else if (zeros >= GIBI) {
            return (bytes >> GIBI) + "g";
        } else if (zeros >= MEBI) {
            return (bytes >> MEBI) + "m";
        } else if (zeros >= KIBI) {
            return (bytes >> KIBI) + "k";
        }
        return bytes + "b";
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static long shifted(long number, int shift, String what) {
        if (number > Long.MAX_VALUE >> shift) {
            throw tooLarge(what);
        }
        return number << shift;
    }

    private static IllegalArgumentException tooLarge(String what) {
        return new IllegalArgumentException(
                what + " is more memory than can be counted (" + Long.MAX_VALUE + " bytes)");
    }
}
