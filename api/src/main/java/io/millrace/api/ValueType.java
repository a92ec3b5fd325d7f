package io.millrace.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How the values of a type are written in a configuration.
 *
 * @param name in words
 * @param choices the values in words, empty if there are too many
 * @param reader throws IllegalArgumentException whose text names the value and what would do
 */
record ValueType<T>(
        String name, String choices, Function<String, T> reader, Function<T, String> writer) {

    private static final ValueType<Integer> INTEGER =
            number("whole number", "a whole number", Integer::valueOf);
    private static final ValueType<Long> LONG =
            number("whole number", "a whole number", Long::valueOf);
    private static final ValueType<Float> FLOAT = number("number", "a number", Float::valueOf);
    private static final ValueType<Double> DOUBLE = number("number", "a number", Double::valueOf);
    private static final ValueType<Boolean> BOOLEAN =
            new ValueType<>("true or false", "", ValueType::parseBoolean, String::valueOf);
    private static final ValueType<String> STRING =
            new ValueType<>("text", "", Function.identity(), Function.identity());
    private static final ValueType<Duration> DURATION =
            new ValueType<>("duration", "", DurationText::parse, DurationText::format);
    private static final ValueType<MemorySize> MEMORY =
            new ValueType<>("memory size", "", MemorySize::parse, MemorySize::toString);

    private static final Map<Class<?>, ValueType<?>> BY_CLASS =
            Map.of(
                    Integer.class, INTEGER,
                    Long.class, LONG,
                    Float.class, FLOAT,
                    Double.class, DOUBLE,
                    Boolean.class, BOOLEAN,
                    String.class, STRING,
                    Duration.class, DURATION,
                    MemorySize.class, MEMORY);

    @SuppressWarnings("unchecked") // the map pairs each class with its own type
    static <T> ValueType<T> of(Class<T> type) {
        if (type.isEnum()) {
            return ofEnum(type);
        }
        ValueType<?> known = BY_CLASS.get(type);
        if (known == null) {
            throw new IllegalArgumentException(
                    "An option cannot be of type "
                            + type.getName()
                            + ": use one of "
                            + BY_CLASS.keySet().stream()
                                    .map(Class::getSimpleName)
                                    .sorted()
                                    .collect(Collectors.joining(", "))
                            + " or an enum");
        }
        return (ValueType<T>) known;
    }

    T parse(String text) {
        return reader.apply(text);
    }

    String format(T value) {
        return writer.apply(value);
    }

    /** Several values, written with semicolons between them (commas are read as well). */
    ValueType<List<T>> asList() {
        return new ValueType<>(
                "list of " + name,
                "",
                text -> {
                    List<T> values = new ArrayList<>();
                    for (String part : text.split(text.contains(";") ? ";" : ",")) {
                        if (!part.isBlank()) {
                            values.add(parse(part.trim()));
                        }
                    }
                    return List.copyOf(values);
                },
                values -> values.stream().map(this::format).collect(Collectors.joining(";")));
    }

    /** Names and values, written {@code a:1,b:2}. */
    static ValueType<Map<String, String>> map() {
        return new ValueType<>("map", "", ValueType::parseMap, ValueType::formatMap);
    }

    private static Map<String, String> parseMap(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String part : text.split(",")) {
            if (part.isBlank()) {
                continue;
            }
            int colon = part.indexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException(
                        "'" + part.trim() + "' has no colon: write name:value,name:value");
            }
            values.put(part.substring(0, colon).trim(), part.substring(colon + 1).trim());
        }
        return values;
    }

    private static String formatMap(Map<String, String> values) {
        StringJoiner text = new StringJoiner(",");
        values.forEach((name, value) -> text.add(name + ":" + value));
        return text.toString();
    }

    private static <N> ValueType<N> number(
            String name, String article, Function<String, N> reader) {
        return new ValueType<>(
                name,
                "",
                text -> {
                    try {
                        return reader.apply(text.trim());
                    } catch (NumberFormatException e) {
                        throw new IllegalArgumentException(
                                "'" + text + "' is not " + article + " that can be counted with",
                                e);
                    }
                },
                String::valueOf);
    }

    private static Boolean parseBoolean(String text) {
        return switch (text.trim().toLowerCase(Locale.ROOT)) {
            case "true" -> Boolean.TRUE;
            case "false" -> Boolean.FALSE;
            default ->
                    throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        };
    }

    private static <T> ValueType<T> ofEnum(Class<T> type) {
        T[] constants = type.getEnumConstants();
        String choices =
                Arrays.stream(constants).map(Object::toString).collect(Collectors.joining(", "));
        return new ValueType<>(
                "one of",
                choices,
                text -> {
                    for (T constant : constants) {
                        if (plain(constant.toString()).equals(plain(text))
                                || plain(((Enum<?>) constant).name()).equals(plain(text))) {
                            return constant;
                        }
                    }
                    throw new IllegalArgumentException(
                            "'" + text + "' is none of its values: write one of " + choices);
                },
                Object::toString);
    }

    private static String plain(String name) {
        return name.trim().toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
    }
}
