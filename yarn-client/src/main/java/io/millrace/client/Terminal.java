package io.millrace.client;

import java.io.PrintStream;
import java.util.List;

/**
 * Where the launcher writes: results to one stream, what went wrong to another.
 *
 * <p>Threads: any; whole lines are written at once.
 */
final class Terminal {
    private final PrintStream out;
    private final PrintStream err;

    Terminal(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    void line(String line) {
        out.println(line);
        out.flush();
    }

    void lines(List<String> lines) {
        lines.forEach(this::line);
    }

    /** One sentence that changes nothing of what is done. */
    void warning(String sentence) {
        err.println("Warning: " + sentence);
        err.flush();
    }

    /** Why nothing is done. */
    void refusal(String sentence) {
        err.println(sentence);
        err.flush();
    }

    /** Why something went wrong, over as many lines as that takes. */
    void failure(String text) {
        err.println(text);
        err.flush();
    }
}
