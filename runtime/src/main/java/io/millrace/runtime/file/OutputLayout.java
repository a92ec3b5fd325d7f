package io.millrace.runtime.file;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the files of a text output lie.
 *
 * <p>Format:
 *
 * <pre>
 *   out/                                  named by the user; a folder whatever the parallelism is
 *     part-00000 ...                      one for each subtask; only after the job has finished
 *     _SUCCESS                            one line, the run's name; last, after all parts are visible
 *     _temporary/                         gone after the job has finished
 *       (run)/part-00000-of-00004 ...     being written, or written by a run that was given up
 *       (run)/old.(name)                  what is replaced, while a commit clears the folder
 *       (run).ready/part-00000-of-00004   being moved into place; the old content is in here too
 * </pre>
 *
 * <p>Names with an underscore are left out when a folder is read.
 */
final class OutputLayout {
    static final String TEMPORARY = "_temporary";
    static final String SUCCESS = "_SUCCESS";
    static final String OLD = "old.";

    private static final Pattern HIDDEN_PART = Pattern.compile("part-(\\d{5,9})-of-(\\d{5,9})");

    private OutputLayout() {}

    static URI temporary(URI output) {
        return FileSystems.below(output, TEMPORARY);
    }

    static URI run(URI output, String run) {
        return FileSystems.below(temporary(output), checked(run));
    }

    static URI ready(URI output, String run) {
        return FileSystems.below(temporary(output), checked(run) + ".ready");
    }

    static URI part(URI output, String run, int subtask, int parallelism) {
        return FileSystems.below(run(output, run), new Part(subtask, parallelism).hiddenName());
    }

    /** What the name of a part says while it is hidden: also how many there must be. */
    record Part(int subtask, int parallelism) {
        Part {
            if (subtask < 0 || subtask >= parallelism) {
                throw new IllegalArgumentException(
                        "There is no subtask " + subtask + " of " + parallelism + ".");
            }
        }

        /** Null for what is no part. */
        static Part of(String hiddenName) {
            Matcher name = HIDDEN_PART.matcher(hiddenName);
            return name.matches()
                    ? new Part(Integer.parseInt(name.group(1)), Integer.parseInt(name.group(2)))
                    : null;
        }

        String hiddenName() {
            return String.format(Locale.ROOT, "%s-of-%05d", visibleName(), parallelism);
        }

        String visibleName() {
            return String.format(Locale.ROOT, "part-%05d", subtask);
        }
    }

    static String name(URI path) {
        return path.getPath().substring(path.getPath().lastIndexOf('/') + 1);
    }

    private static String checked(String run) {
        if (run.isEmpty() || run.contains("/") || run.startsWith(".")) {
            throw new IllegalArgumentException("Not a name of a run: '" + run + "'");
        }
        return run;
    }
}
