package io.millrace.runtime.config;

import io.millrace.api.ConfigOption;
import io.millrace.api.Configuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The settings in force: every key known, every value of its type and in range, each with where it
 * came from. Parts of the engine read it, never the raw text.
 *
 * <p>Threads: immutable.
 */
public final class ParsedConfiguration {

    /**
     * One setting.
     *
     * @param text the value as written
     */
    public record Setting(String text, Origin origin) {}

    private final SortedMap<String, Setting> settings;
    private final List<String> warnings;

    private ParsedConfiguration(SortedMap<String, Setting> settings, List<String> warnings) {
        this.settings = settings;
        this.warnings = List.copyOf(warnings);
        checkTogether();
    }

    /** Values that are in range each, but not together. */
    private void checkTogether() {
        Duration interval = get(JobManagerOptions.HEARTBEAT_INTERVAL);
        Duration timeout = get(JobManagerOptions.HEARTBEAT_TIMEOUT);
        if (timeout.compareTo(interval) <= 0) {
            throw new ConfigurationException(
                    "heartbeat.timeout is "
                            + JobManagerOptions.HEARTBEAT_TIMEOUT.format(timeout)
                            + ", not longer than heartbeat.interval of "
                            + JobManagerOptions.HEARTBEAT_INTERVAL.format(interval)
                            + ": raise the one or lower the other.");
        }
        int parallelism = get(JobOptions.DEFAULT_PARALLELISM);
        Integer greatest = get(JobOptions.MAX_PARALLELISM);
        if (greatest != null && parallelism > greatest) {
            throw new ConfigurationException(
                    "parallelism.default is "
                            + parallelism
                            + ", more than pipeline.max-parallelism of "
                            + greatest
                            + ": lower the one or raise the other.");
        }
    }

    /** Nothing set: every option has its default. */
    public static ParsedConfiguration empty() {
        return new ParsedConfiguration(new TreeMap<>(), List.of());
    }

    /** What a program or a test has set. */
    public static ParsedConfiguration of(Configuration program) {
        return of(Map.of(Origin.PROGRAM, program.toMap()));
    }

    /**
     * Checks keys and values of all layers; for each key the layer of the latest {@link Origin}
     * counts. Older names become their successors, keys not built yet are dropped; both with a
     * warning.
     *
     * @throws ConfigurationException for the first key or value that cannot be obeyed
     */
    public static ParsedConfiguration of(Map<Origin, Map<String, String>> layers) {
        Map<Origin, Map<String, String>> ordered = new EnumMap<>(Origin.class);
        ordered.putAll(layers);
        SortedMap<String, Setting> settings = new TreeMap<>();
        List<String> warnings = new ArrayList<>();
        ordered.forEach(
                (origin, values) ->
                        new LayerReader(origin, warnings).read(new TreeMap<>(values), settings));
        return new ParsedConfiguration(settings, warnings);
    }

    /** This, with what a program has set above it. */
    public ParsedConfiguration withProgram(Configuration program) {
        SortedMap<String, Setting> merged = new TreeMap<>(settings);
        List<String> more = new ArrayList<>(warnings);
        new LayerReader(Origin.PROGRAM, more).read(new TreeMap<>(program.toMap()), merged);
        return new ParsedConfiguration(merged, more);
    }

    /** The value in force; null only if nobody has set it and the option has no default. */
    public <T> T get(ConfigOption<T> option) {
        return getIfSet(option).orElse(option.defaultValue());
    }

    /** The value if somebody has set it; the default does not count. */
    public <T> Optional<T> getIfSet(ConfigOption<T> option) {
        return Optional.ofNullable(settings.get(option.key()))
                .map(setting -> option.parse(setting.text()));
    }

    public boolean isSet(ConfigOption<?> option) {
        return settings.containsKey(option.key());
    }

    public Origin origin(ConfigOption<?> option) {
        Setting setting = settings.get(option.key());
        return setting == null ? Origin.DEFAULT : setting.origin();
    }

    /** The members of a family of keys that were set, by the rest of their key. */
    public SortedMap<String, String> family(KeyFamily family) {
        SortedMap<String, String> members = new TreeMap<>();
        settings.forEach(
                (key, setting) -> {
                    if (key.startsWith(family.prefix())) {
                        members.put(key.substring(family.prefix().length()), setting.text());
                    }
                });
        return members;
    }

    /** One sentence for each thing the user should know; to be printed once. */
    public List<String> warnings() {
        return warnings;
    }

    /** All that was set, by key. */
    public SortedMap<String, Setting> settings() {
        return new TreeMap<>(settings);
    }

    /** All that was set, without where it came from. */
    public Configuration toConfiguration() {
        Configuration configuration = new Configuration();
        settings.forEach((key, setting) -> configuration.setString(key, setting.text()));
        return configuration;
    }

    /** One line for each setting, for a log: key, value, origin; secrets are not shown. */
    public List<String> describe() {
        List<String> lines = new ArrayList<>();
        settings.forEach(
                (key, setting) ->
                        lines.add(
                                key
                                        + ": "
                                        + (Options.isSecret(key) ? "******" : setting.text())
                                        + " ("
                                        + setting.origin()
                                        + ")"));
        return lines;
    }
}
