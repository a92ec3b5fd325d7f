package io.millrace.runtime.operator;

import io.millrace.runtime.file.TextFileWriter;
import java.io.IOException;

/**
 * Writes this subtask's part of a folder of text files; it becomes visible when the job finishes.
 */
final class TextSink implements Operator {
    private final String name;
    private final String output;
    private final SubtaskContext subtask;
    private TextFileWriter writer;

    TextSink(String name, String output, SubtaskContext subtask) {
        this.name = name;
        this.output = output;
        this.subtask = subtask;
    }

    @Override
    public void open() {
        try {
            writer =
                    new TextFileWriter(
                            output,
                            subtask.deployment().run(),
                            subtask.subtask(),
                            subtask.parallelism());
        } catch (IOException e) {
            throw OperatorFailure.outside(name, e);
        }
    }

    @Override
    public void process(Object value, long timestampMillis) {
        String text;
        try {
            text = "" + value; // "null" also for a record whose text is null
        } catch (Throwable t) {
            throw OperatorFailure.in(name, "toString() of a record", t);
        }
        try {
            writer.write(text);
        } catch (IOException e) {
            throw OperatorFailure.outside(name, e);
        }
    }

    /** The part must lie safely in the file system before the subtask says that it has finished. */
    @Override
    public boolean finish(int maxRecords) throws IOException {
        close();
        return true;
    }

    @Override
    public void close() throws IOException {
        TextFileWriter closing = writer;
        writer = null;
        if (closing != null) {
            closing.close();
        }
    }
}
