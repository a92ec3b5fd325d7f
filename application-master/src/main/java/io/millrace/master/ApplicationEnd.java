package io.millrace.master;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.master.JobResult;
import io.millrace.runtime.master.JobState;
import java.util.Optional;

/**
 * How an application ended, in the words that YARN shows and the launcher reads again when the
 * application master is gone.
 *
 * @param sentence the first line says it all; empty if it finished
 */
public record ApplicationEnd(Kind kind, String sentence) {

    /** Prefix of the diagnostics of a program that could not be run as it is. */
    private static final String REFUSED = "Refused: ";

    private static final int MAX_CHARACTERS = 8_000;

    /** Each with the exit code of an attached launcher. */
    public enum Kind {
        FINISHED(0),
        FAILED(1),
        /** The user's mistake; nothing was run. */
        REFUSED(2),
        CANCELED(3);

        private final int exitCode;

        Kind(int exitCode) {
            this.exitCode = exitCode;
        }

        public int exitCode() {
            return exitCode;
        }
    }

    /** From the job's result. */
    public static ApplicationEnd of(JobResult result) {
        return of(result.state(), result.failure());
    }

    /**
     * From what is known of a job that has ended.
     *
     * @param failure null unless it failed
     */
    public static ApplicationEnd of(JobState state, Failure failure) {
        return switch (state) {
            case FINISHED -> new ApplicationEnd(Kind.FINISHED, "");
            case CANCELED -> new ApplicationEnd(Kind.CANCELED, "The job was cancelled.");
            default ->
                    failure == null
                            ? new ApplicationEnd(Kind.FAILED, "The job failed.")
                            : of(failure);
        };
    }

    /** From the failure of a job or a program. */
    public static ApplicationEnd of(Failure failure) {
        if (failure.category() == Failure.Category.CONFIG) {
            Failure.Text root = failure.cause().root();
            return new ApplicationEnd(
                    Kind.REFUSED, root.message() == null ? root.toString() : root.message());
        }
        return new ApplicationEnd(
                Kind.FAILED, bounded(failure.summary() + "\n" + failure.report()));
    }

    /** For YARN's web pages and command line. */
    public String diagnostics() {
        return kind == Kind.REFUSED ? REFUSED + bounded(sentence) : sentence;
    }

    /** The counterpart of {@link #diagnostics}, for an application that YARN calls failed. */
    public static ApplicationEnd ofDiagnostics(String diagnostics) {
        String text = Optional.ofNullable(diagnostics).orElse("").strip();
        return text.startsWith(REFUSED)
                ? new ApplicationEnd(Kind.REFUSED, text.substring(REFUSED.length()))
                : new ApplicationEnd(Kind.FAILED, text);
    }

    private static String bounded(String text) {
        return text.length() <= MAX_CHARACTERS
                ? text
                : text.substring(0, MAX_CHARACTERS) + "... (" + text.length() + " characters)";
    }
}
