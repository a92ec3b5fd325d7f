package io.millrace.runtime.config;

import io.millrace.api.ConfigOption;
import io.millrace.runtime.config.ParsedConfiguration.Setting;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** Checks the keys and values of one layer and puts them over those of the layers before it. */
final class LayerReader {
    private final Origin origin;
    private final List<String> warnings;

    LayerReader(Origin origin, List<String> warnings) {
        this.origin = origin;
        this.warnings = warnings;
    }

    void read(SortedMap<String, String> layer, SortedMap<String, Setting> settings) {
        for (Map.Entry<String, String> entry : layer.entrySet()) {
            String key = entry.getKey();
            String value = entry.getValue();
            Optional<ConfigOption<?>> option = Options.find(key);
            Optional<ConfigOption<?>> successor = Options.successorOf(key);
            Optional<String> warning = KnownKeys.warning(key);
            if (option.isPresent()) {
                settings.put(key, checked(option.get(), value));
            } else if (successor.isPresent()) {
                readOlder(successor.get(), key, value, layer, settings);
            } else if (Options.familyOf(key).isPresent()) {
                settings.put(key, new Setting(value, origin));
            } else if (warning.isPresent()) {
                warnOnce(warning.get());
            } else {
                throw new ConfigurationException(unknown(key));
            }
        }
    }

    private void readOlder(
            ConfigOption<?> successor,
            String key,
            String value,
            SortedMap<String, String> layer,
            SortedMap<String, Setting> settings) {
        if (layer.containsKey(successor.key())) {
            warnOnce(
                    key
                            + " is an older name of "
                            + successor.key()
                            + ", which is set as well: "
                            + key
                            + " has no effect.");
            return;
        }
        warnOnce(
                key
                        + " is an older name of "
                        + successor.key()
                        + ": it is read, but write the new name.");
        settings.put(successor.key(), checked(successor, value));
    }

    private Setting checked(ConfigOption<?> option, String value) {
        try {
            option.parse(value);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    e.getMessage() + " (It comes from the " + origin + ".)", e);
        }
        return new Setting(value, origin);
    }

    private void warnOnce(String sentence) {
        if (!warnings.contains(sentence)) {
            warnings.add(sentence);
        }
    }

    private String unknown(String key) {
        Optional<String> nearest = Options.nearest(key);
        return "Unknown option "
                + key
                + " (from the "
                + origin
                + "): "
                + nearest.map(near -> "did you mean " + near + "?")
                        .orElse("all options are listed in conf/reference.md.");
    }
}
