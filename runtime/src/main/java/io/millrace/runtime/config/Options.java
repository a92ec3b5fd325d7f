package io.millrace.runtime.config;

import io.millrace.api.ConfigOption;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The register of all options: what {@code --help}, the reference page and the checks go by. */
public final class Options {

    /** The classes whose constants are the options, in the order of the reference page. */
    private static final Map<String, Class<?>> CHAPTERS = new LinkedHashMap<>();

    static {
        CHAPTERS.put("Jobs", JobOptions.class);
        CHAPTERS.put("Worker memory and slots", TaskManagerOptions.class);
        CHAPTERS.put("Application master memory and scheduling", JobManagerOptions.class);
        CHAPTERS.put("Restarts", RestartOptions.class);
        CHAPTERS.put("Checkpoints", CheckpointOptions.class);
        CHAPTERS.put("State backends", StateBackendOptions.class);
        CHAPTERS.put("State to begin with", StateRecoveryOptions.class);
        CHAPTERS.put("Launching", DeploymentOptions.class);
        CHAPTERS.put("YARN", YarnOptions.class);
    }

    private static final SortedMap<String, ConfigOption<?>> BY_KEY = new TreeMap<>();
    private static final Map<String, ConfigOption<?>> BY_OLDER_KEY = new TreeMap<>();

    static {
        for (Class<?> holder : CHAPTERS.values()) {
            for (ConfigOption<?> option : declaredIn(holder)) {
                if (BY_KEY.put(option.key(), option) != null) {
                    throw new IllegalStateException("Option " + option.key() + " is written twice");
                }
                option.deprecatedKeys().forEach(older -> BY_OLDER_KEY.put(older, option));
            }
        }
    }

    private Options() {}

    /** Every option, by key. */
    public static List<ConfigOption<?>> all() {
        return List.copyOf(BY_KEY.values());
    }

    public static Optional<ConfigOption<?>> find(String key) {
        return Optional.ofNullable(BY_KEY.get(key));
    }

    static Optional<ConfigOption<?>> successorOf(String olderKey) {
        return Optional.ofNullable(BY_OLDER_KEY.get(olderKey));
    }

    static Optional<KeyFamily> familyOf(String key) {
        return DeploymentOptions.FAMILIES.stream()
                .filter(
                        family ->
                                key.startsWith(family.prefix())
                                        && key.length() > family.prefix().length())
                .findFirst();
    }

    /** Options of each chapter of the reference page, by key. */
    static Map<String, List<ConfigOption<?>>> chapters() {
        Map<String, List<ConfigOption<?>>> chapters = new LinkedHashMap<>();
        CHAPTERS.forEach((title, holder) -> chapters.put(title, declaredIn(holder)));
        return chapters;
    }

    /** Whether the value of a key should not be shown to everybody. */
    public static boolean isSecret(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return lower.contains("password")
                || lower.contains("secret")
                || lower.contains("token")
                || lower.contains("credential")
                || lower.contains("apikey")
                || lower.contains("api-key")
                || lower.contains("access-key");
    }

    /** The known key that is written most alike, if one is near. */
    static Optional<String> nearest(String key) {
        List<String> candidates = new ArrayList<>(BY_KEY.keySet());
        candidates.addAll(KnownKeys.all());
        String best = null;
        int bestDistance = Integer.MAX_VALUE;
        for (String candidate : candidates) {
            int distance =
                    EditDistance.between(
                            key.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return bestDistance <= Math.max(2, key.length() / 3) ? Optional.of(best) : Optional.empty();
    }

    private static List<ConfigOption<?>> declaredIn(Class<?> holder) {
        SortedMap<String, ConfigOption<?>> options = new TreeMap<>();
        for (Field field : holder.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers())
                    && ConfigOption.class.isAssignableFrom(field.getType())) {
                try {
                    ConfigOption<?> option = (ConfigOption<?>) field.get(null);
                    options.put(option.key(), option);
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(field + " cannot be read", e);
                }
            }
        }
        return List.copyOf(options.values());
    }
}
