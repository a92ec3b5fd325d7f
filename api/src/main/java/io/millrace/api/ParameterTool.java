package io.millrace.api;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * A program's parameters by name, out of its arguments, a properties file or a map.
 *
 * <p>Invariant: the parameters never change; {@link #mergeWith} makes a new object.
 *
 * <p>Errors: a value that is not of the type asked for, and a required key without a value, are
 * refused with the key in the message.
 */
public class ParameterTool extends ExecutionConfig.GlobalJobParameters {
    private static final long serialVersionUID = 1L;

    /** The value of a key that was given without one. */
    protected static final String NO_VALUE_KEY = "__NO_VALUE_KEY";

    private final LinkedHashMap<String, String> data;
    private final Set<String> unrequested = ConcurrentHashMap.newKeySet();

    private ParameterTool(Map<String, String> data) {
        this.data = new LinkedHashMap<>(data);
        unrequested.addAll(data.keySet());
    }

    /**
     * Reads {@code --key value}, {@code -key value} and {@code --flag}. A value may be a negative
     * number; of a key that comes twice the last value holds.
     */
    public static ParameterTool fromArgs(String[] args) {
        Map<String, String> map = new LinkedHashMap<>();
        int i = 0;
        while (i < args.length) {
            String key = keyOf(args, i);
            i++;
            boolean hasValue = i < args.length && (!args[i].startsWith("-") || isNumber(args[i]));
            map.put(key, hasValue ? args[i++] : NO_VALUE_KEY);
        }
        return new ParameterTool(map);
    }

    private static String keyOf(String[] args, int index) {
        String arg = args[index];
        String key =
                arg.startsWith("--")
                        ? arg.substring(2)
                        : arg.startsWith("-") ? arg.substring(1) : null;
        if (key == null) {
            throw new IllegalArgumentException(
                    "Argument '"
                            + arg
                            + "' in '"
                            + String.join(" ", args)
                            + "' is no key: keys begin with -- or -.");
        }
        if (key.isEmpty()) {
            throw new IllegalArgumentException(
                    "Argument '"
                            + arg
                            + "' in '"
                            + String.join(" ", args)
                            + "' is a key without a name.");
        }
        return key;
    }

    private static boolean isNumber(String text) {
        try {
            Double.parseDouble(text);
            return true;
        } catch (NumberFormatException e) {
            return text.startsWith("-0x") || text.startsWith("-0X");
        }
    }

    public static ParameterTool fromPropertiesFile(String path) throws IOException {
        return fromPropertiesFile(new File(path));
    }

    public static ParameterTool fromPropertiesFile(File file) throws IOException {
        if (!file.exists()) {
            throw new FileNotFoundException(
                    "Properties file " + file.getAbsolutePath() + " does not exist.");
        }
        try (InputStream in = Files.newInputStream(file.toPath())) {
            return fromPropertiesFile(in);
        }
    }

    /** Reads to the end of the stream and does not close it. */
    public static ParameterTool fromPropertiesFile(InputStream in) throws IOException {
        Properties properties = new Properties();
        properties.load(in);
        return ofProperties(properties);
    }

    public static ParameterTool fromMap(Map<String, String> map) {
        return new ParameterTool(requireNonNull(map, "map"));
    }

    public static ParameterTool fromSystemProperties() {
        return ofProperties(System.getProperties());
    }

    private static ParameterTool ofProperties(Properties properties) {
        Map<String, String> map = new LinkedHashMap<>();
        for (String key : new TreeSet<>(properties.stringPropertyNames())) {
            map.put(key, properties.getProperty(key));
        }
        return new ParameterTool(map);
    }

    public int getNumberOfParameters() {
        return data.size();
    }

    /** Whether the key was given, with or without a value. */
    public boolean has(String key) {
        unrequested.remove(key);
        return data.containsKey(key);
    }

    /** The value, or null if the key was not given. */
    public String get(String key) {
        unrequested.remove(key);
        return data.get(key);
    }

    public String get(String key, String defaultValue) {
        String value = get(key);
        return value == null ? defaultValue : value;
    }

    public String getRequired(String key) {
        String value = get(key);
        if (value == null) {
            throw new RuntimeException(
                    "No value for the required key '" + key + "'; give it as --" + key + " VALUE.");
        }
        return value;
    }

    public int getInt(String key) {
        return parsed(key, getRequired(key), "a whole number", Integer::parseInt);
    }

    public int getInt(String key, int defaultValue) {
        return has(key) ? getInt(key) : defaultValue;
    }

    public long getLong(String key) {
        return parsed(key, getRequired(key), "a whole number", Long::parseLong);
    }

    public long getLong(String key, long defaultValue) {
        return has(key) ? getLong(key) : defaultValue;
    }

    public short getShort(String key) {
        return parsed(key, getRequired(key), "a whole number", Short::parseShort);
    }

    public short getShort(String key, short defaultValue) {
        return has(key) ? getShort(key) : defaultValue;
    }

    public byte getByte(String key) {
        return parsed(key, getRequired(key), "a whole number", Byte::parseByte);
    }

    public byte getByte(String key, byte defaultValue) {
        return has(key) ? getByte(key) : defaultValue;
    }

    public float getFloat(String key) {
        return parsed(key, getRequired(key), "a number", Float::parseFloat);
    }

    public float getFloat(String key, float defaultValue) {
        return has(key) ? getFloat(key) : defaultValue;
    }

    public double getDouble(String key) {
        return parsed(key, getRequired(key), "a number", Double::parseDouble);
    }

    public double getDouble(String key, double defaultValue) {
        return has(key) ? getDouble(key) : defaultValue;
    }

    /** True only for the text {@code true}; a key without a value is false. */
    public boolean getBoolean(String key) {
        return Boolean.parseBoolean(getRequired(key));
    }

    public boolean getBoolean(String key, boolean defaultValue) {
        return has(key) ? getBoolean(key) : defaultValue;
    }

    private static <N extends Number> N parsed(
            String key, String value, String what, Function<String, N> parser) {
        try {
            return parser.apply(value);
        } catch (NumberFormatException e) {
            String text = value.equals(NO_VALUE_KEY) ? "has no value" : "is '" + value + "'";
            throw new NumberFormatException(
                    "Parameter '" + key + "' " + text + ", but it must be " + what + ".");
        }
    }

    /** The keys that nobody has asked for so far. */
    public Set<String> getUnrequestedParameters() {
        return Set.copyOf(unrequested);
    }

    /** A new object with both; where both have a key, the other's value holds. */
    public ParameterTool mergeWith(ParameterTool other) {
        Map<String, String> merged = new LinkedHashMap<>(data);
        merged.putAll(other.data);
        ParameterTool result = new ParameterTool(merged);
        result.unrequested.removeIf(
                key ->
                        (data.containsKey(key) && !unrequested.contains(key))
                                || (other.data.containsKey(key)
                                        && !other.unrequested.contains(key)));
        return result;
    }

    @Override
    public Map<String, String> toMap() {
        return new LinkedHashMap<>(data);
    }

    public Properties getProperties() {
        Properties properties = new Properties();
        properties.putAll(data);
        return properties;
    }

    public Configuration getConfiguration() {
        return Configuration.fromMap(data);
    }

    /** Writes the parameters to a new file; refused if it exists. */
    public void createPropertiesFile(String path) throws IOException {
        createPropertiesFile(path, false);
    }

    /**
     * Writes the parameters to a file.
     *
     * @param overwrite whether a file that exists is replaced; otherwise it is refused
     */
    public void createPropertiesFile(String path, boolean overwrite) throws IOException {
        Path file = Path.of(path);
        if (Files.exists(file) && !overwrite) {
            throw new FileAlreadyExistsException(
                    path, null, "the properties file exists; ask for it to be overwritten");
        }
        try (var out = Files.newOutputStream(file)) {
            getProperties().store(out, null);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ParameterTool that && that.data.equals(data);
    }

    @Override
    public int hashCode() {
        return data.hashCode();
    }

    @Override
    public String toString() {
        return data.toString();
    }
}
