package io.millrace.api;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * One setting: its key, type, default, range, readers and text. Written once, as a constant; code,
 * help and the reference page come from it.
 *
 * <pre>{@code
 * static final ConfigOption<MemorySize> BUFFER_SIZE =
 *         ConfigOption.named("taskmanager.memory.segment-size", MemorySize.class)
 *                 .readBy(Scope.WORKER)
 *                 .defaultValue(MemorySize.ofKibiBytes(32))
 *                 .between(MemorySize.ofKibiBytes(4), MemorySize.ofMebiBytes(1))
 *                 .withDescription("Size of one network buffer.");
 * }</pre>
 *
 * <p>Threads: immutable; each method that changes something returns another option.
 *
 * @param <T> type of the value; a value is never null
 */
public final class ConfigOption<T> {

    /** Who reads an option. */
    public enum Scope {
        /** The launcher on the edge node. */
        CLIENT,
        /** The application master. */
        MASTER,
        /** Every worker. */
        WORKER,
        /** The planner of a job; a program may set it. */
        JOB
    }

    private final String key;
    private final ValueType<T> type;
    private final T defaultValue;
    private final Comparable<T> least;
    private final Comparable<T> greatest;
    private final Set<Scope> readers;
    private final List<String> deprecatedKeys;
    private final String description;

    private ConfigOption(
            String key,
            ValueType<T> type,
            T defaultValue,
            Comparable<T> least,
            Comparable<T> greatest,
            Set<Scope> readers,
            List<String> deprecatedKeys,
            String description) {
        this.key = key;
        this.type = type;
        this.defaultValue = defaultValue;
        this.least = least;
        this.greatest = greatest;
        this.readers = readers;
        this.deprecatedKeys = deprecatedKeys;
        this.description = description;
    }

    /**
     * An option without default, range and text.
     *
     * @param type Integer, Long, Float, Double, Boolean, String, {@link Duration}, {@link
     *     MemorySize} or an enum
     */
    public static <T> ConfigOption<T> named(String key, Class<T> type) {
        return named(key, ValueType.of(type));
    }

    static <T> ConfigOption<T> named(String key, ValueType<T> type) {
        return new ConfigOption<>(
                Objects.requireNonNull(key),
                type,
                null,
                null,
                null,
                EnumSet.noneOf(Scope.class),
                List.of(),
                "");
    }

    /** The same option with that default, which must be in range. */
    public ConfigOption<T> defaultValue(T value) {
        return new ConfigOption<>(
                        key, type, value, least, greatest, readers, deprecatedKeys, description)
                .checkDefault();
    }

    /** The same option, its values between these two, both included. */
    public ConfigOption<T> between(Comparable<T> least, Comparable<T> greatest) {
        return new ConfigOption<>(
                        key,
                        type,
                        defaultValue,
                        least,
                        greatest,
                        readers,
                        deprecatedKeys,
                        description)
                .checkDefault();
    }

    /** The same option, its values no smaller than this. */
    public ConfigOption<T> atLeast(Comparable<T> least) {
        return between(least, null);
    }

    public ConfigOption<T> readBy(Scope first, Scope... others) {
        return new ConfigOption<>(
                key,
                type,
                defaultValue,
                least,
                greatest,
                EnumSet.of(first, others),
                deprecatedKeys,
                description);
    }

    /** The same option, also found under these older keys; the first that is set counts. */
    public ConfigOption<T> withDeprecatedKeys(String... keys) {
        return new ConfigOption<>(
                key, type, defaultValue, least, greatest, readers, List.of(keys), description);
    }

    public ConfigOption<T> withDescription(String text) {
        return new ConfigOption<>(
                key, type, defaultValue, least, greatest, readers, deprecatedKeys, text);
    }

    public String key() {
        return key;
    }

    public boolean hasDefaultValue() {
        return defaultValue != null;
    }

    /** The default, or null if there is none. */
    public T defaultValue() {
        return defaultValue;
    }

    public List<String> deprecatedKeys() {
        return deprecatedKeys;
    }

    public String description() {
        return description;
    }

    public Set<Scope> readers() {
        return Set.copyOf(readers);
    }

    /** What may be written, e.g. {@code whole number}, {@code memory size}. */
    public String typeName() {
        return type.name();
    }

    /** The range in words, e.g. {@code 1 to 32768}; empty if every value of the type will do. */
    public String range() {
        if (least != null && greatest != null) {
            return formatBound(least) + " to " + formatBound(greatest);
        } else if (least != null) {
            return "at least " + formatBound(least);
        } else if (greatest != null) {
            return "at most " + formatBound(greatest);
        }
        return type.choices();
    }

    /**
     * Reads a value as it stands in a configuration.
     *
     * @throws IllegalArgumentException with key, value, limit and cure if it is none, or out of
     *     range
     */
    public T parse(String text) {
        T value;
        try {
            value = type.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "Option " + key + " cannot be read: " + e.getMessage() + ".", e);
        }
        check(value);
        return value;
    }

    /** A value as text that {@link #parse} reads again. */
    public String format(T value) {
        return type.format(value);
    }

    /** The default as text, or null if there is none. */
    public String defaultText() {
        return defaultValue == null ? null : format(defaultValue);
    }

    private ConfigOption<T> checkDefault() {
        if (defaultValue != null) {
            check(defaultValue);
        }
        return this;
    }

    private void check(T value) {
        if (least != null && least.compareTo(value) > 0) {
            throw outOfRange(value, "less than its least value " + formatBound(least));
        }
        if (greatest != null && greatest.compareTo(value) < 0) {
            throw outOfRange(value, "more than its greatest value " + formatBound(greatest));
        }
    }

    private IllegalArgumentException outOfRange(T value, String how) {
        return new IllegalArgumentException(
                "Option "
                        + key
                        + " is "
                        + format(value)
                        + ", "
                        + how
                        + ": set "
                        + key
                        + " to a value in the range "
                        + range()
                        + ".");
    }

    @SuppressWarnings("unchecked") // a bound is of the option's own type: Comparable<T> is a T here
    private String formatBound(Comparable<T> bound) {
        return format((T) bound);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ConfigOption<?> that
                && that.key.equals(key)
                && Objects.equals(that.defaultValue, defaultValue);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    @Override
    public String toString() {
        return key
                + " ("
                + (defaultValue == null ? "no default" : "default " + defaultText())
                + ")";
    }
}
