package io.millrace.api.sink;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;

/**
 * Writes records to standard output or error of the worker, one a line. With a parallelism above 1
 * a line begins with the number of the subtask, from 1.
 */
public class PrintSink<T> implements Sink<T> {
    private static final long serialVersionUID = 1L;
    private final String sinkIdentifier;
    private final boolean standardError;

    /** To standard output. */
    public PrintSink() {
        this("");
    }

    /**
     * @param stdErr whether to standard error
     */
    public PrintSink(boolean stdErr) {
        this("", stdErr);
    }

    /**
     * @param sinkIdentifier put before each line, tells several printed streams apart
     */
    public PrintSink(String sinkIdentifier) {
        this(sinkIdentifier, false);
    }

    public PrintSink(String sinkIdentifier, boolean stdErr) {
        this.sinkIdentifier = requireNonNull(sinkIdentifier, "sinkIdentifier");
        this.standardError = stdErr;
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) {
        StringBuilder prefix = new StringBuilder(sinkIdentifier);
        if (context.getTaskInfo().getNumberOfParallelSubtasks() > 1) {
            prefix.append(prefix.isEmpty() ? "" : ":")
                    .append(context.getTaskInfo().getIndexOfThisSubtask() + 1);
        }
        return new Printer<>(
                prefix.isEmpty() ? "" : prefix.append("> ").toString(),
                standardError ? System.err : System.out);
    }

    private record Printer<T>(String prefix, PrintStream stream) implements SinkWriter<T> {
        @Override
        public void write(T element, Context context) {
            stream.println(prefix + element);
        }

        @Override
        public void flush(boolean endOfInput) {
            stream.flush();
        }

        @Override
        public void close() {}
    }
}
