package io.millrace.runtime.memory;

import io.millrace.api.ConfigOption;
import io.millrace.api.MemorySize;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;

/**
 * A part of the memory that is a fraction of something else, between a least and a greatest size.
 *
 * <p>A bound that the user has set always counts. A default bound counts only while it contradicts
 * nothing that the user has set: neither the fraction ({@link FractionPolicy}) nor the other bound.
 */
final class BoundedFraction {
    private final String name;
    private final ConfigOption<Float> fractionOption;
    private final ConfigOption<MemorySize> minOption;
    private final ConfigOption<MemorySize> maxOption;
    private final double fraction;
    private final MemorySize min;
    private final MemorySize max;
    private final MemorySize greatestRest;

    BoundedFraction(
            String name,
            ConfigOption<Float> fractionOption,
            ConfigOption<MemorySize> minOption,
            ConfigOption<MemorySize> maxOption,
            ParsedConfiguration configuration,
            FractionPolicy policy) {
        this.name = name;
        this.fractionOption = fractionOption;
        this.minOption = minOption;
        this.maxOption = maxOption;
        // A float on purpose: 0.1f widened is what Flink multiplies with, to the last byte.
        this.fraction = configuration.get(fractionOption);
        boolean fractionWins =
                policy == FractionPolicy.FRACTION_WINS && configuration.isSet(fractionOption);
        MemorySize least = configuration.get(minOption);
        MemorySize greatest = configuration.get(maxOption);
        boolean minSet = configuration.isSet(minOption);
        boolean maxSet = configuration.isSet(maxOption);
        if (minSet && maxSet && least.compareTo(greatest) > 0) {
            throw new ConfigurationException(
                    minOption.key()
                            + " is "
                            + least
                            + ", which is more than "
                            + maxOption.key()
                            + " of "
                            + greatest
                            + ": lower the one or raise the other.");
        }
        if (fractionWins && !minSet) {
            least = MemorySize.ZERO;
        }
        if (fractionWins && !maxSet) {
            greatest = MemorySize.MAX_VALUE;
        }
        this.min = minSet || least.compareTo(greatest) <= 0 ? least : greatest;
        this.max = greatest.compareTo(min) >= 0 ? greatest : min;
        // What other settings leave is what the user has set; more of it than a default does no
        // harm.
        this.greatestRest =
                policy == FractionPolicy.FRACTION_WINS && !maxSet ? MemorySize.MAX_VALUE : max;
    }

    /** The fraction of the whole, of which this is a part, within the bounds. */
    MemorySize ofWhole(MemorySize whole) {
        return bounded(whole.multiply(fraction));
    }

    /** The same part, of a whole that consists of this part and the rest. */
    MemorySize besideRest(MemorySize rest) {
        return bounded(rest.multiply(fraction / (1 - fraction)));
    }

    /**
     * Refuses a size that other settings leave for this part, if it is out of bounds.
     *
     * @param how the sum it comes from, with the keys
     */
    MemorySize checkRest(long bytes, String how) {
        if (bytes < min.getBytes()) {
            throw new ConfigurationException(
                    how
                            + " leave "
                            + signed(bytes)
                            + " for "
                            + name
                            + ", less than "
                            + bound(minOption, min)
                            + ": lower one of them, raise the total, or lower "
                            + minOption.key()
                            + ".");
        }
        if (bytes > greatestRest.getBytes()) {
            throw new ConfigurationException(
                    how
                            + " leave "
                            + signed(bytes)
                            + " for "
                            + name
                            + ", more than "
                            + bound(maxOption, greatestRest)
                            + ": raise one of them, lower the total, or raise "
                            + maxOption.key()
                            + ".");
        }
        return MemorySize.ofBytes(bytes);
    }

    /** Why the part has the size it got. */
    String reason(MemorySize got, MemorySize whole) {
        MemorySize wanted = whole.multiply(fraction);
        String share =
                fractionOption.key()
                        + " "
                        + fractionOption.format((float) fraction)
                        + " of "
                        + MemoryText.of(whole);
        if (got.equals(min) && wanted.compareTo(min) < 0) {
            return share + " would be " + MemoryText.of(wanted) + "; raised by " + minOption.key();
        } else if (got.equals(max) && wanted.compareTo(max) > 0) {
            return share + " would be " + MemoryText.of(wanted) + "; capped by " + maxOption.key();
        }
        return share;
    }

    private MemorySize bounded(MemorySize wanted) {
        if (wanted.compareTo(min) < 0) {
            return min;
        }
        return wanted.compareTo(max) > 0 ? max : wanted;
    }

    private static String bound(ConfigOption<MemorySize> option, MemorySize value) {
        return option.key() + " of " + MemoryText.of(value);
    }

    private static String signed(long bytes) {
        return bytes < 0
                ? "-" + MemoryText.of(MemorySize.ofBytes(-bytes))
                : MemoryText.of(MemorySize.ofBytes(bytes));
    }
}
