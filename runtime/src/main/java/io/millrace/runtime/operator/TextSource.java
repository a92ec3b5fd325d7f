package io.millrace.runtime.operator;

import io.millrace.api.fs.LineReader;
import io.millrace.runtime.checkpoint.ListPart;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.file.FileSplit;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Emits the lines of its splits, one split after the other. */
final class TextSource implements Source {
    private static final String SPLITS = "splits";

    private final String name;
    private final Charset charset;
    private final List<FileSplit> splits;

    /** Lines of the split that is being read. */
    private long linesRead;

    /** Lines of the next split that were read before the checkpoint, by its number. */
    private final Map<Integer, Long> linesToSkip = new HashMap<>();

    private final Output output;
    private long emitted;
    private int next;
    private LineReader reader;
    private long bytesOfEarlierSplits;
    private volatile long bytesRead;

    TextSource(String name, String charsetName, List<FileSplit> splits, Output output) {
        this.name = name;
        this.charset = Charset.forName(charsetName);
        this.splits = new ArrayList<>(splits);
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
                reader = new LineReader(splits.get(next).range(), charset);
                skipLines(linesToSkip.getOrDefault(next, 0L));
                next++;
            }
            if (reader.next()) {
                i++;
                emitted++;
                linesRead++;
                output.process(reader.line(), RecordBatch.NO_TIMESTAMP);
            } else {
                bytesOfEarlierSplits += splits.get(next - 1).length();
                closeReader();
            }
        }
        return Progress.MORE;
    }

    private void skipLines(long count) throws IOException {
        for (linesRead = 0; linesRead < count; linesRead++) {
            if (!reader.next()) {
                throw new IOException(
                        "File "
                                + splits.get(next).path()
                                + " has changed: "
                                + count
                                + " lines of the split at "
                                + splits.get(next).offset()
                                + " were read before the checkpoint, now it has "
                                + linesRead);
            }
        }
    }

    /**
     * What is left: the split that is being read with the number of lines read, and those not
     * begun.
     */
    @Override
    public List<SnapshotPart> snapshot(long checkpointId) throws IOException {
        List<byte[]> elements = new ArrayList<>();
        if (reader != null) {
            elements.add(element(splits.get(next - 1), linesRead));
        }
        for (int i = next; i < splits.size(); i++) {
            elements.add(element(splits.get(i), linesToSkip.getOrDefault(i, 0L)));
        }
        return List.of(new ListPart(Kind.SPLIT_LIST, SPLITS, "file split", elements));
    }

    private static byte[] element(FileSplit split, long lines) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(split.operator());
            out.writeUTF(split.path());
            out.writeLong(split.offset());
            out.writeLong(split.length());
            out.writeLong(split.fileLength());
            out.writeLong(lines);
        }
        return bytes.toByteArray();
    }

    @Override
    public void restore(RestoredOperator state) throws IOException {
        if (!state.isKnown()) {
            return;
        }
        splits.clear();
        for (Slice slice : state.lists()) {
            for (byte[] element : state.elements(slice)) {
                try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(element))) {
                    FileSplit split =
                            new FileSplit(
                                    in.readInt(),
                                    in.readUTF(),
                                    in.readLong(),
                                    in.readLong(),
                                    in.readLong());
                    linesToSkip.put(splits.size(), in.readLong());
                    splits.add(split);
                }
            }
        }
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
