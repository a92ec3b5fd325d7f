package io.millrace.runtime.operator;

import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.file.FileSplit;
import io.millrace.runtime.file.LineReader;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.List;

/** Emits the lines of its splits, one split after the other. */
final class TextSource implements Source {
    private final String name;
    private final Charset charset;
    private final List<FileSplit> splits;
    private final Output output;
    private long emitted;
    private int next;
    private LineReader reader;
    private long bytesOfEarlierSplits;
    private volatile long bytesRead;

    TextSource(String name, String charsetName, List<FileSplit> splits, Output output) {
        this.name = name;
        this.charset = Charset.forName(charsetName);
        this.splits = splits;
        this.output = output;
    }

    @Override
    public Progress emit(int maxRecords, Target target) {
        try {
            return emitLines(maxRecords, target);
        } catch (IOException e) {
            throw OperatorFailure.outside(name, e);
        } finally {
            bytesRead = bytesOfEarlierSplits + (reader == null ? 0 : reader.bytesConsumed());
        }
    }

    private Progress emitLines(int maxRecords, Target target) throws IOException {
        for (int i = 0; i < maxRecords && !target.isInterrupted(); ) {
            if (reader == null) {
                if (next == splits.size()) {
                    return Progress.END;
                }
                reader = new LineReader(splits.get(next++), charset);
            }
            if (reader.next()) {
                i++;
                emitted++;
                output.process(reader.line(), RecordBatch.NO_TIMESTAMP);
            } else {
                bytesOfEarlierSplits += splits.get(next - 1).length();
                closeReader();
            }
        }
        return Progress.MORE;
    }

    private void closeReader() throws IOException {
        LineReader closing = reader;
        reader = null;
        if (closing != null) {
            closing.close();
        }
    }

    @Override
    public long recordsEmitted() {
        return emitted;
    }

    @Override
    public long bytesRead() {
        return bytesRead;
    }

    @Override
    public void close() throws IOException {
        closeReader();
    }
}
