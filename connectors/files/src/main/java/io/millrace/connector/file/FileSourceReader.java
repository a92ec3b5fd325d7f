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
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Reads one split after the other, and asks for the next one while it reads the last it has.
 *
 * <p>Splits of a checkpoint may have been read by several subtasks at a time: event time waits
 * until all of them have begun, so that the records of none are late for those of another. A split
 * that is to rest stays open, and others are read meanwhile.
 *
 * <p>Threads: the subtask's, which waits for the file system as it reads.
 */
final class FileSourceReader<T> implements SourceReader<T, FileSourceSplit> {
    private final StreamFormat<T> format;
    private final SourceReaderContext context;
    private final Deque<FileSourceSplit> queue = new ArrayDeque<>();

    /** Splits of a checkpoint, until there are outputs for them. */
    private final List<String> restored = new ArrayList<>();

    /** By the ids of their splits, in the order in which they are read on. */
    private final Map<String, Opened<T>> resting = new LinkedHashMap<>();

    private Opened<T> current;
    private boolean started;
    private boolean noMoreSplits;
    private CompletableFuture<Void> available = new CompletableFuture<>();

    /** A split that is being read. */
    private static final class Opened<T> {
        private final FileSourceSplit split;
        private final StreamFormat.Reader<T> reader;
        private final SourceOutput<T> output;

        /** Of the split's records, counted from where it has a position. */
        private long records;

        private boolean rests;

        Opened(FileSourceSplit split, StreamFormat.Reader<T> reader, SourceOutput<T> output) {
            this.split = split;
            this.reader = reader;
            this.output = output;
        }

        void skip() throws IOException {
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
        }

        FileSourceSplit left() {
            if (records == 0) {
                return split; // as long as nothing was read, the part begins where it began
            }
            long position = reader.position();
            return new FileSourceSplit(
                    split.range(), split.hosts(), position, position < 0 ? records : 0);
        }
    }

    FileSourceReader(StreamFormat<T> format, SourceReaderContext context) {
        this.format = format;
        this.context = context;
    }

    @Override
    public void start() {
        started = true;
        if (queue.isEmpty()) {
            context.sendSplitRequest();
        }
    }

    @Override
    public InputStatus pollNext(ReaderOutput<T> readerOutput) throws IOException {
        restored.forEach(readerOutput::createOutputForSplit);
        restored.clear();
        if (current == null && !openNext(readerOutput)) {
            return isAtEnd() ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
        }
        T record = current.reader.read();
        if (record == null) {
            Opened<T> ended = current;
            current = null;
            readerOutput.releaseOutputForSplit(ended.split.splitId());
            ended.reader.close();
            return InputStatus.MORE_AVAILABLE;
        }
        current.records++;
        current.output.collect(record);
        return InputStatus.MORE_AVAILABLE;
    }

    /** When nothing is open and nothing can be opened. */
    private boolean isAtEnd() {
        return noMoreSplits && resting.isEmpty();
    }

    private boolean openNext(ReaderOutput<T> readerOutput) throws IOException {
        Iterator<Opened<T>> opened = resting.values().iterator();
        while (opened.hasNext()) {
            Opened<T> next = opened.next();
            if (!next.rests) {
                opened.remove();
                current = next;
                return true;
            }
        }
        FileSourceSplit split = queue.poll();
        if (split == null) {
            return false;
        }
        current =
                new Opened<>(
                        split,
                        format.createReader(
                                new Path(split.range().path()).getFileSystem(),
                                split.range(),
                                split.position()),
                        readerOutput.createOutputForSplit(split.splitId()));
        current.skip();
        if (queue.isEmpty() && !noMoreSplits) {
            context.sendSplitRequest();
        }
        return true;
    }

    @Override
    public void pauseOrResumeSplits(
            Collection<String> splitsToPause, Collection<String> splitsToResume) {
        if (current != null && splitsToPause.contains(current.split.splitId())) {
            resting.put(current.split.splitId(), current);
            current = null;
        }
        for (Opened<T> split : resting.values()) {
            if (splitsToPause.contains(split.split.splitId())) {
                split.rests = true;
            } else if (splitsToResume.contains(split.split.splitId())) {
                split.rests = false;
            }
        }
        wake();
    }

    @Override
    public List<FileSourceSplit> snapshotState(long checkpointId) {
        List<FileSourceSplit> splits = new ArrayList<>();
        if (current != null) {
            splits.add(current.left());
        }
        resting.values().forEach(split -> splits.add(split.left()));
        splits.addAll(queue);
        return splits;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        boolean hasMore =
                current != null
                        || !queue.isEmpty()
                        || resting.values().stream().anyMatch(split -> !split.rests);
        return hasMore || isAtEnd() ? CompletableFuture.completedFuture(null) : available;
    }

    @Override
    public void addSplits(List<FileSourceSplit> splits) {
        queue.addAll(splits);
        if (!started) {
            splits.forEach(split -> restored.add(split.splitId()));
        }
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

    @Override
    public void close() throws IOException {
        List<Opened<T>> open = new ArrayList<>(resting.values());
        if (current != null) {
            open.add(current);
        }
        current = null;
        resting.clear();
        IOException failure = null;
        for (Opened<T> split : open) {
            try {
                split.reader.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
