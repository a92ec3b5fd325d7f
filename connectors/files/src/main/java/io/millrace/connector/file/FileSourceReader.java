package io.millrace.connector.file;

import io.millrace.api.fs.Path;
import io.millrace.api.source.InputStatus;
import io.millrace.api.source.ReaderOutput;
import io.millrace.api.source.SourceOutput;
import io.millrace.api.source.SourceReader;
import io.millrace.api.source.SourceReaderContext;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Reads one split after the other, and asks for the next one while it reads the last it has.
 *
 * <p>Threads: the subtask's, which waits for the file system as it reads.
 */
final class FileSourceReader<T> implements SourceReader<T, FileSourceSplit> {
    private final StreamFormat<T> format;
    private final SourceReaderContext context;
    private final Deque<FileSourceSplit> queue = new ArrayDeque<>();
    private FileSourceSplit split;
    private StreamFormat.Reader<T> reader;
    private SourceOutput<T> output;

    /** Of the split's records, counted from where it has a position. */
    private long records;

    private boolean noMoreSplits;
    private CompletableFuture<Void> available = new CompletableFuture<>();

    FileSourceReader(StreamFormat<T> format, SourceReaderContext context) {
        this.format = format;
        this.context = context;
    }

    @Override
    public void start() {
        if (queue.isEmpty()) {
            context.sendSplitRequest();
        }
    }

    @Override
    public InputStatus pollNext(ReaderOutput<T> readerOutput) throws IOException {
        if (reader == null && !openNext(readerOutput)) {
            return noMoreSplits ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
        }
        T record = reader.read();
        if (record == null) {
            readerOutput.releaseOutputForSplit(split.splitId());
            closeReader();
            split = null;
            return InputStatus.MORE_AVAILABLE;
        }
        records++;
        output.collect(record);
        return InputStatus.MORE_AVAILABLE;
    }

    private boolean openNext(ReaderOutput<T> readerOutput) throws IOException {
        split = queue.poll();
        if (split == null) {
            return false;
        }
        reader =
                format.createReader(
                        new Path(split.range().path()).getFileSystem(),
                        split.range(),
                        split.position());
        records = 0;
        while (records < split.recordsToSkip()) {
            if (reader.read() == null) {
                throw new IOException(
                        "File "
                                + split.range().path()
                                + " has changed: "
                                + split.recordsToSkip()
                                + " records of its part at "
                                + split.range().offset()
                                + " were read before the checkpoint, now it has "
                                + records);
            }
            records++;
        }
        output = readerOutput.createOutputForSplit(split.splitId());
        if (queue.isEmpty() && !noMoreSplits) {
            context.sendSplitRequest();
        }
        return true;
    }

    @Override
    public List<FileSourceSplit> snapshotState(long checkpointId) {
        List<FileSourceSplit> splits = new ArrayList<>();
        if (split != null) {
            long position = reader.position();
            // as long as nothing was read, the part begins where it began
            splits.add(
                    records == 0
                            ? split
                            : new FileSourceSplit(
                                    split.range(),
                                    split.hosts(),
                                    position,
                                    position < 0 ? records : 0));
        }
        splits.addAll(queue);
        return splits;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return queue.isEmpty() && !noMoreSplits && reader == null
                ? available
                : CompletableFuture.completedFuture(null);
    }

    @Override
    public void addSplits(List<FileSourceSplit> splits) {
        queue.addAll(splits);
        wake();
    }

    @Override
    public void notifyNoMoreSplits() {
        noMoreSplits = true;
        wake();
    }

    private void wake() {
        CompletableFuture<Void> waiting = available;
        available = new CompletableFuture<>();
        waiting.complete(null);
    }

    private void closeReader() throws IOException {
        StreamFormat.Reader<T> closing = reader;
        reader = null;
        if (closing != null) {
            closing.close();
        }
    }

    @Override
    public void close() throws IOException {
        closeReader();
    }
}
