package io.millrace.runtime.operator;

import java.io.PrintStream;

/**
 * Prints one record a line, with the number of the subtask in front where there are several.
 *
 * <p>The stream is looked up when the subtask opens, so that a test or an IDE that replaces it is
 * obeyed.
 */
final class PrintOperator implements Operator {
    private final String linePrefix;
    private final boolean standardError;
    private PrintStream stream;

    PrintOperator(String prefix, boolean standardError, int subtask, int parallelism) {
        StringBuilder line = new StringBuilder();
        if (prefix != null && !prefix.isEmpty()) {
            line.append(prefix);
        }
        if (parallelism > 1) {
            line.append(line.isEmpty() ? "" : ":").append(subtask + 1);
        }
        this.linePrefix = line.isEmpty() ? "" : line.append("> ").toString();
        this.standardError = standardError;
    }

    @Override
    public void open() {
        stream = standardError ? System.err : System.out;
    }

    @Override
    public void process(Object value, long timestampMillis) {
        stream.println(linePrefix + value);
    }
}
