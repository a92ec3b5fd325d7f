package io.millrace.runtime.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Settings in a file: YAML, nested or with whole keys, or Flink's older {@code key: value} lines.
 *
 * <p>Format: {@code millrace.yaml} and {@code config.yaml} are YAML 1.2: a map of maps is flattened
 * with dots, a list becomes its elements with semicolons between them. {@code flink-conf.yaml} has
 * one {@code key: value} a line; a line that begins with {@code #} or has none is skipped, and
 * {@code #} after a blank begins a comment.
 */
public final class ConfigurationFile {

    /** What the file may be called, in the order of search. */
    static final List<String> NAMES = List.of("millrace.yaml", "config.yaml", "flink-conf.yaml");

    private ConfigurationFile() {}

    /**
     * The settings of the first file of a directory that exists; empty if there is none.
     *
     * @throws ConfigurationException if the directory does not exist or the file cannot be read
     */
    public static SortedMap<String, String> readFrom(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new ConfigurationException(
                    "The configuration directory "
                            + directory
                            + " does not exist: set MILLRACE_CONF_DIR to one that does.");
        }
        Optional<Path> file = find(directory);
        return file.isPresent() ? read(file.get()) : new TreeMap<>();
    }

    /** The file that {@link #readFrom} reads. */
    public static Optional<Path> find(Path directory) {
        return NAMES.stream().map(directory::resolve).filter(Files::isRegularFile).findFirst();
    }

    /** The settings of one file, by whole key. */
    public static SortedMap<String, String> read(Path file) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "The configuration file " + file + " cannot be read: " + e + ".", e);
        }
        return file.endsWith("flink-conf.yaml")
                ? parseLines(text, file.toString())
                : parseYaml(text, file.toString());
    }

    /**
     * @param source named in messages
     */
    static SortedMap<String, String> parseYaml(String text, String source) {
        Object root;
        try {
            root = new Load(LoadSettings.builder().setLabel(source).build()).loadFromString(text);
        } catch (YamlEngineException e) {
            throw new ConfigurationException(
                    source + " is not YAML: " + e.getMessage().replaceAll("\\s*\n\\s*", " ") + ".",
                    e);
        }
        SortedMap<String, String> settings = new TreeMap<>();
        if (root instanceof Map<?, ?> map) {
            flatten("", map, settings, source);
        } else if (root != null) {
            throw new ConfigurationException(
                    source + " holds no settings: write one 'key: value' a line.");
        }
        return settings;
    }

    private static void flatten(
            String prefix, Map<?, ?> map, SortedMap<String, String> settings, String source) {
        map.forEach(
                (name, value) -> {
                    String key = prefix + name;
                    if (value instanceof Map<?, ?> nested) {
                        flatten(key + ".", nested, settings, source);
                    } else if (value != null && settings.put(key, scalar(value)) != null) {
                        throw new ConfigurationException(
                                source + " sets " + key + " twice: remove one of them.");
                    }
                });
    }

    private static String scalar(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).collect(Collectors.joining(";"));
        }
        return String.valueOf(value);
    }

    static SortedMap<String, String> parseLines(String text, String source) {
        SortedMap<String, String> settings = new TreeMap<>();
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = withoutComment(raw).trim();
            if (line.isEmpty()) {
                continue;
            }
            int colon = line.indexOf(": ");
            if (colon < 0 && line.endsWith(":")) {
                continue; // a key without a value sets nothing
            }
            if (colon <= 0) {
                throw new ConfigurationException(
                        source
                                + ", line "
                                + number
                                + ": '"
                                + line
                                + "' is no setting: write 'key: value', with a blank after the"
                                + " colon.");
            }
            settings.put(
                    line.substring(0, colon).trim(), unquoted(line.substring(colon + 2).trim()));
        }
        return settings;
    }

    private static String withoutComment(String line) {
        if (line.stripLeading().startsWith("#")) {
            return "";
        }
        int comment = line.indexOf(" #");
        return comment < 0 ? line : line.substring(0, comment);
    }

    private static String unquoted(String value) {
        boolean quoted =
                value.length() >= 2
                        && (value.startsWith("\"") && value.endsWith("\"")
                                || value.startsWith("'") && value.endsWith("'"));
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    /**
     * Settings as text for a file that travels with an application: the launcher writes it, the
     * processes of the application read it with {@link #readWritten}.
     *
     * <p>Format: YAML; a map for each {@link Origin}, its settings by whole key, all of it quoted.
     */
    public static String write(ParsedConfiguration configuration) {
        StringBuilder text = new StringBuilder();
        for (Origin origin : Origin.values()) {
            StringBuilder layer = new StringBuilder();
            configuration
                    .settings()
                    .forEach(
                            (key, setting) -> {
                                if (setting.origin() == origin) {
                                    layer.append("  ").append(quoted(key)).append(": ");
                                    layer.append(quoted(setting.text())).append('\n');
                                }
                            });
            if (layer.length() > 0) {
                text.append(quoted(origin.name())).append(":\n").append(layer);
            }
        }
        return text.toString();
    }

    /** What {@link #write} wrote, each setting with the origin it had. */
    public static ParsedConfiguration readWritten(String text) {
        Map<Origin, Map<String, String>> layers = new EnumMap<>(Origin.class);
        Object root = new Load(LoadSettings.builder().build()).loadFromString(text);
        if (root instanceof Map<?, ?> map) {
            map.forEach(
                    (origin, settings) -> {
                        Map<String, String> layer = new TreeMap<>();
                        ((Map<?, ?>) settings)
                                .forEach((key, value) -> layer.put((String) key, (String) value));
                        layers.put(Origin.valueOf((String) origin), layer);
                    });
        }
        return ParsedConfiguration.of(layers);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f) {
                quoted.append(String.format("\\x%02x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
