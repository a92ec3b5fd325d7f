package io.millrace.api;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/** Option keys and their values as text; typed access comes through {@code ConfigOption}. */
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

    public void setString(String key, String value) {
        values.put(key, value);
    }

    public String getString(String key, String defaultValue) {
        return values.getOrDefault(key, defaultValue);
    }

    public boolean containsKey(String key) {
        return values.containsKey(key);
    }

    public void addAll(Configuration other) {
        values.putAll(other.values);
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
