package io.millrace.runtime.control;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * An exception as text, because the classes of a user's exception are known only where the job's
 * class loader is.
 *
 * @param category decides about retry and exit code
 * @param where who failed, e.g. {@code Task count[3] attempt 1.2, operator 'parse', record '...'}
 * @param cause the exception
 */
public record Failure(Category category, String where, Text cause) {

    /** Whose fault it was. */
    public enum Category {
        /** The user's code threw. */
        USER_CODE,
        /** A setting or an argument cannot be obeyed; never retried. */
        CONFIG,
        /** A machine, container or connection failed. */
        CLUSTER,
        /** State or a file could not be read or written. */
        STATE,
        /** A mistake of ours. */
        INTERNAL
    }

    /**
     * One exception of a chain of causes.
     *
     * @param className empty where there was no exception, only something to say
     * @param message may be null
     * @param frames stack trace, innermost first, at most {@value #MAX_FRAMES}; hidden classes
     *     without the address in their names, which is another one in each process
     * @param cause may be null
     */
    public record Text(String className, String message, List<String> frames, Text cause) {
        static final int MAX_FRAMES = 64;
        private static final Pattern ADDRESS = Pattern.compile("/0x[0-9a-f]+");
        private static final int MAX_DEPTH = 16;
        private static final int MAX_MESSAGE = 4096;

        public Text {
            frames = List.copyOf(frames);
        }

        public static Text of(Throwable t) {
            return of(t, 0);
        }

        private static Text of(Throwable t, int depth) {
            List<String> frames = new ArrayList<>();
            for (StackTraceElement e : t.getStackTrace()) {
                if (frames.size() == MAX_FRAMES) {
                    break;
                }
                frames.add(ADDRESS.matcher(e.toString()).replaceAll(""));
            }
            String message = t.getMessage();
            if (message != null && message.length() > MAX_MESSAGE) {
                message =
                        message.substring(0, MAX_MESSAGE)
                                + "... ("
                                + message.length()
                                + " characters)";
            }
            Throwable cause = t.getCause();
            return new Text(
                    t.getClass().getName(),
                    message,
                    frames,
                    cause == null || cause == t || depth == MAX_DEPTH
                            ? null
                            : of(cause, depth + 1));
        }

        /** The innermost cause. */
        public Text root() {
            Text at = this;
            while (at.cause != null) {
                at = at.cause;
            }
            return at;
        }

        @Override
        public String toString() {
            if (className.isEmpty()) {
                return message;
            }
            return message == null ? className : className + ": " + message;
        }
    }

    public static Failure of(Category category, String where, Throwable t) {
        return new Failure(category, where, Text.of(t));
    }

    /** Something that failed without an exception. */
    public static Failure of(Category category, String where, String sentence) {
        return new Failure(category, where, new Text("", sentence, List.of(), null));
    }

    /** One line: the root cause first, then who. */
    public String summary() {
        return (cause.root() + " (" + where + ")").replaceAll("\\s*\\R\\s*", " ");
    }

    /** The root cause first, with its frames, then what it caused. */
    public String report() {
        List<Text> chain = new ArrayList<>();
        for (Text at = cause; at != null; at = at.cause()) {
            chain.add(0, at);
        }
        StringBuilder out = new StringBuilder(where);
        for (int i = 0; i < chain.size(); i++) {
            out.append('\n').append(i == 0 ? "" : "which caused ").append(chain.get(i));
            for (String frame : chain.get(i).frames()) {
                out.append("\n    at ").append(frame);
            }
        }
        return out.toString();
    }
}
