package io.millrace.runtime.operator;

import java.io.PrintStream;

/**
 * Prints one record a line, with the number of the subtask in front where there are several.
 *
 * <p>The stream is looked up when the subtask opens, so that a test or an IDE that replaces it is
 * obeyed.
 */
final class PrintOperator implements Operator {
    private final String name;
    private final String linePrefix;
    private final boolean standardError;
    private PrintStream stream;

    PrintOperator(String name, String prefix, boolean standardError, int subtask, int parallelism) {
        this.name = name;
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
        String line;
        try {
            line = linePrefix + value;
        } catch (Throwable t) {
            throw OperatorFailure.in(name, "toString() of a record", t);
        }
        stream.println(line);
    }

    /** A stream that somebody put in the place of the console's may keep lines back. */
    @Override
    public boolean finish(int maxRecords) {
        stream.flush();
        return true;
    }
}
