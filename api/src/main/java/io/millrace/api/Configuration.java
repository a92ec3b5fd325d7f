package io.millrace.api;

import java.io.Serializable;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Option keys and their values as text; typed access comes through {@link ConfigOption}.
 *
 * <p>Errors: a typed access to a value that is none of its type or out of the option's range throws
 * {@link IllegalArgumentException}, whose text says what to write instead.
 */
public class Configuration implements Serializable {
    private static final long serialVersionUID = 1L;

    private final TreeMap<String, String> values = new TreeMap<>();

    public Configuration() {}

    public Configuration(Configuration other) {
        values.putAll(other.values);
    }

    public static Configuration fromMap(Map<String, String> map) {
        Configuration configuration = new Configuration();
        configuration.values.putAll(map);
        return configuration;
    }

    public Map<String, String> toMap() {
        return new TreeMap<>(values);
    }

    public Set<String> keySet() {
        return new TreeSet<>(values.keySet());
    }

    /** The value, else the option's default, else null. */
    public <T> T get(ConfigOption<T> option) {
        return getOptional(option).orElse(option.defaultValue());
    }

    public <T> T get(ConfigOption<T> option, T overrideDefault) {
        return getOptional(option).orElse(overrideDefault);
    }

    /** The value if somebody has set it; the option's default does not count. */
    public <T> Optional<T> getOptional(ConfigOption<T> option) {
        String text = values.get(option.key());
        for (String older : option.deprecatedKeys()) {
            if (text == null) {
                text = values.get(older);
            }
        }
        return Optional.ofNullable(text).map(option::parse);
    }

    /** Sets a value, which must be in the option's range. */
    public <T> Configuration set(ConfigOption<T> option, T value) {
        String text = option.format(value);
        option.parse(text);
        values.put(option.key(), text);
        return this;
    }

    /** Whether somebody has set the option; its default does not count. */
    public boolean contains(ConfigOption<?> option) {
        return values.containsKey(option.key())
                || option.deprecatedKeys().stream().anyMatch(values::containsKey);
    }

    public boolean containsKey(String key) {
        return values.containsKey(key);
    }

    /** Forgets what was set; true if there was something. */
    public boolean removeConfig(ConfigOption<?> option) {
        boolean removed = removeKey(option.key());
        for (String older : option.deprecatedKeys()) {
            removed |= removeKey(older);
        }
        return removed;
    }

    public boolean removeKey(String key) {
        return values.remove(key) != null;
    }

    public String getString(String key, String defaultValue) {
        return values.getOrDefault(key, defaultValue);
    }

    public String getString(ConfigOption<String> option) {
        return get(option);
    }

    public String getString(ConfigOption<String> option, String overrideDefault) {
        return get(option, overrideDefault);
    }

    public void setString(String key, String value) {
        values.put(key, value);
    }

    public void setString(ConfigOption<String> option, String value) {
        set(option, value);
    }

    public int getInteger(String key, int defaultValue) {
        return read(key, Integer.class, defaultValue);
    }

    public int getInteger(ConfigOption<Integer> option) {
        return get(option);
    }

    public int getInteger(ConfigOption<Integer> option, int overrideDefault) {
        return get(option, overrideDefault);
    }

    public void setInteger(String key, int value) {
        values.put(key, Integer.toString(value));
    }

    public void setInteger(ConfigOption<Integer> option, int value) {
        set(option, value);
    }

    public long getLong(String key, long defaultValue) {
        return read(key, Long.class, defaultValue);
    }

    public long getLong(ConfigOption<Long> option) {
        return get(option);
    }

    public long getLong(ConfigOption<Long> option, long overrideDefault) {
        return get(option, overrideDefault);
    }

    public void setLong(String key, long value) {
        values.put(key, Long.toString(value));
    }

    public void setLong(ConfigOption<Long> option, long value) {
        set(option, value);
    }

    public boolean getBoolean(String key, boolean defaultValue) {
        return read(key, Boolean.class, defaultValue);
    }

    public boolean getBoolean(ConfigOption<Boolean> option) {
        return get(option);
    }

    public boolean getBoolean(ConfigOption<Boolean> option, boolean overrideDefault) {
        return get(option, overrideDefault);
    }

    public void setBoolean(String key, boolean value) {
        values.put(key, Boolean.toString(value));
    }

    public void setBoolean(ConfigOption<Boolean> option, boolean value) {
        set(option, value);
    }

    public float getFloat(String key, float defaultValue) {
        return read(key, Float.class, defaultValue);
    }

    public float getFloat(ConfigOption<Float> option) {
        return get(option);
    }

    public void setFloat(String key, float value) {
        values.put(key, Float.toString(value));
    }

    public void setFloat(ConfigOption<Float> option, float value) {
        set(option, value);
    }

    public double getDouble(String key, double defaultValue) {
        return read(key, Double.class, defaultValue);
    }

    public double getDouble(ConfigOption<Double> option) {
        return get(option);
    }

    public void setDouble(String key, double value) {
        values.put(key, Double.toString(value));
    }

    public void setDouble(ConfigOption<Double> option, double value) {
        set(option, value);
    }

    public void addAll(Configuration other) {
        values.putAll(other.values);
    }

    /** Adds what another one holds, each key with that text in front. */
    public void addAll(Configuration other, String prefix) {
        other.values.forEach((key, value) -> values.put(prefix + key, value));
    }

    private <T> T read(String key, Class<T> type, T defaultValue) {
        String text = values.get(key);
        return text == null ? defaultValue : ConfigOption.named(key, type).parse(text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Configuration that && that.values.equals(values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
