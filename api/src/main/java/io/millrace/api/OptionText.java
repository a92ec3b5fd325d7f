package io.millrace.api;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads the values of the few options that a program itself may set.
 *
 * <p>Format of a map: {@code key:value} pairs with a comma between them; a key or value that
 * contains one of {@code : , ' } or begins or ends with a blank is put between single quotes, and a
 * single quote in it is doubled.
 */
final class OptionText {
    private OptionText() {}

    static int positiveInt(Configuration configuration, String key, int whenUnset) {
        if (!configuration.containsKey(key)) {
            return whenUnset;
        }
        String text = configuration.getString(key, "").trim();
        try {
            int value = Integer.parseInt(text);
            if (value >= 1 && value <= Limits.MAX_PARALLELISM) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Refused below, with the text.
        }
        throw new InvalidProgramException(
                "Option "
                        + key
                        + " is '"
                        + text
                        + "', but it must be a whole number from 1 to "
                        + Limits.MAX_PARALLELISM
                        + ".");
    }

    static long millis(Configuration configuration, String key, long whenUnset) {
        if (!configuration.containsKey(key)) {
            return whenUnset;
        }
        try {
            return DurationText.parse(configuration.getString(key, "")).toMillis();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new InvalidProgramException("Option " + key + ": " + e.getMessage() + ".", e);
        }
    }

    static boolean bool(Configuration configuration, String key, boolean whenUnset) {
        if (!configuration.containsKey(key)) {
            return whenUnset;
        }
        String text = configuration.getString(key, "").trim().toLowerCase(Locale.ROOT);
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default ->
                    throw new InvalidProgramException(
                            "Option " + key + " is '" + text + "', but it must be true or false.");
        };
    }

    static RuntimeExecutionMode mode(
            Configuration configuration, String key, RuntimeExecutionMode whenUnset) {
        if (!configuration.containsKey(key)) {
            return whenUnset;
        }
        String text = configuration.getString(key, "").trim();
        for (RuntimeExecutionMode mode : RuntimeExecutionMode.values()) {
            if (mode.name().equalsIgnoreCase(text)) {
                return mode;
            }
        }
        throw new InvalidProgramException(
                "Option "
                        + key
                        + " is '"
                        + text
                        + "', but it must be STREAMING, BATCH or AUTOMATIC.");
    }

    static String ofMap(Map<String, String> map) {
        StringBuilder text = new StringBuilder();
        map.forEach(
                (key, value) -> {
                    if (text.length() > 0) {
                        text.append(',');
                    }
                    text.append(quoted(key)).append(':').append(quoted(value));
                });
        return text.toString();
    }

    private static String quoted(String part) {
        boolean plain =
                part.equals(part.trim())
                        && part.indexOf(':') < 0
                        && part.indexOf(',') < 0
                        && part.indexOf('\'') < 0;
        return plain ? part : "'" + part.replace("'", "''") + "'";
    }

    static Map<String, String> toMap(String option, String text) {
        Map<String, String> map = new LinkedHashMap<>();
        int position = 0;
        while (position < text.length()) {
            StringBuilder key = new StringBuilder();
            position = readPart(option, text, position, ':', key);
            if (position >= text.length()) {
                throw malformed(option, text);
            }
            StringBuilder value = new StringBuilder();
            position = readPart(option, text, position + 1, ',', value) + 1;
            map.put(key.toString(), value.toString());
        }
        return map;
    }

    /** Appends the part to {@code out}; returns where the end mark is, or the text's length. */
    private static int readPart(
            String option, String text, int start, char endMark, StringBuilder out) {
        int position = start;
        while (position < text.length() && text.charAt(position) == ' ') {
            position++;
        }
        if (position < text.length() && text.charAt(position) == '\'') {
            position++;
            while (true) {
                int quote = text.indexOf('\'', position);
                if (quote < 0) {
                    throw malformed(option, text);
                }
                out.append(text, position, quote);
                position = quote + 1;
                if (position >= text.length() || text.charAt(position) != '\'') {
                    break;
                }
                out.append('\'');
                position++;
            }
            while (position < text.length() && text.charAt(position) == ' ') {
                position++;
            }
            if (position < text.length() && text.charAt(position) != endMark) {
                throw malformed(option, text);
            }
            return position;
        }
        int end = text.indexOf(endMark, position);
        end = end < 0 ? text.length() : end;
        out.append(text.substring(position, end).trim());
        return end;
    }

    private static InvalidProgramException malformed(String option, String text) {
        return new InvalidProgramException(
                "Option "
                        + option
                        + " is \""
                        + text
                        + "\", but it must be pairs key:value with commas between them; put a key"
                        + " or value that contains : , or ' between single quotes.");
    }
}
