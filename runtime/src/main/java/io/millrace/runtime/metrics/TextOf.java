package io.millrace.runtime.metrics;

/** Texts of the user's values, which may be long and may fail. */
final class TextOf {
    private static final int MAX_CHARACTERS = 200;

    private TextOf() {}

    /** One line of at most {@value #MAX_CHARACTERS} characters and what was left out. */
    static String value(Object value) {
        String text;
        try {
            text = String.valueOf(value);
        } catch (RuntimeException | StackOverflowError e) {
            return "(its toString() failed: " + e + ")";
        }
        if (text == null) {
            return "null";
        }
        String line = text.replaceAll("\\s*\\R\\s*", " ");
        return line.length() <= MAX_CHARACTERS
                ? line
                : line.substring(0, MAX_CHARACTERS) + "... (" + line.length() + " characters)";
    }
}
