package io.millrace.runtime.file;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Hadoop's globs, so that a path means the same on every file system: {@code *} and {@code ?} match
 * within a name, {@code [ab]}, {@code [a-z]} and {@code [^a]} one character, {@code {a,b/c}} either
 * text, slashes included; a backslash takes the meaning from the next character.
 */
final class GlobPattern {
    private GlobPattern() {}

    /** Whether a path has a character that means something in a glob. */
    static boolean isGlob(String path) {
        for (int i = 0; i < path.length(); i++) {
            if ("*?[{\\".indexOf(path.charAt(i)) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** The globs without braces that a glob stands for, in the order of its alternatives. */
    static List<String> expandBraces(String glob) {
        int open = -1;
        int depth = 0;
        List<Integer> cuts = new ArrayList<>();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '{') {
                if (depth++ == 0) {
                    open = i;
                    cuts.add(i);
                }
            } else if (c == ',' && depth == 1) {
                cuts.add(i);
            } else if (c == '}' && depth > 0 && --depth == 0) {
                cuts.add(i);
                List<String> all = new ArrayList<>();
                for (int k = 0; k + 1 < cuts.size(); k++) {
                    String alternative = glob.substring(cuts.get(k) + 1, cuts.get(k + 1));
                    all.addAll(
                            expandBraces(
                                    glob.substring(0, open) + alternative + glob.substring(i + 1)));
                }
                return all;
            }
        }
        if (depth > 0) {
            throw new IllegalArgumentException("The glob " + glob + " lacks a closing '}'.");
        }
        return List.of(glob);
    }

    /** Matches one name against one part of a glob that has neither braces nor slashes. */
    static Pattern name(String part) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                case '\\' -> {
                    i++;
                    regex.append(literal(i < part.length() ? part.charAt(i) : '\\'));
                }
                case '[' -> i = characters(part, i, regex);
                default -> regex.append(literal(c));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    /** Translates what begins at an opening bracket; returns the index of the closing one. */
    private static int characters(String part, int open, StringBuilder regex) {
        int i = open + 1;
        regex.append('[');
        if (i < part.length() && (part.charAt(i) == '^' || part.charAt(i) == '!')) {
            regex.append('^');
            i++;
        }
        int first = i;
        for (; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c == ']' && i > first) {
                regex.append(']');
                return i;
            }
            boolean range =
                    c == '-' && i > first && i + 1 < part.length() && part.charAt(i + 1) != ']';
            regex.append(range ? "-" : literal(c));
        }
        throw new IllegalArgumentException("The glob part " + part + " lacks a closing ']'.");
    }

    private static String literal(char c) {
        return Character.isLetterOrDigit(c) ? String.valueOf(c) : c > 127 ? "" + c : "\\" + c;
    }
}
