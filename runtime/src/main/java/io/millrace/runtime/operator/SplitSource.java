package io.millrace.runtime.operator;

import io.millrace.api.source.InputStatus;
import io.millrace.api.source.ReaderOutput;
import io.millrace.api.source.SourceEvent;
import io.millrace.api.source.SourceReader;
import io.millrace.api.source.SourceSplit;
import io.millrace.api.type.SimpleVersionedSerializer;
import io.millrace.runtime.checkpoint.ListPart;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.RestoredState.Slice;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.StatePart.Kind;
import io.millrace.runtime.coordinate.SourceMessages;
import io.millrace.runtime.coordinate.ToReader;
import io.millrace.runtime.exchange.Wakeup;
import io.millrace.runtime.generate.UserObjectInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Drives a reader of the user's: polls it for records as long as it has any, and waits for its word
 * when it has none.
 *
 * <p>Format of its state: a list of splits, each as the version of the serializer, 4 bytes, and
 * what that wrote.
 */
final class SplitSource implements Source {
    private static final String SPLITS = "splits";

    private final String name;
    private final ReaderStart readerStart;
    private final SimpleVersionedSerializer<SourceSplit> serializer;
    private final CoordinatorLink coordinator;
    private final ClassLoader userClassLoader;
    private final SourceRecords records;
    private final ReaderOutput<Object> output;
    private final ReaderAlignment alignment;
    private final Wakeup wakeup;
    private final List<SourceSplit> restored = new ArrayList<>();
    private SourceReader<Object, SourceSplit> reader;

    /** What the subtask's wakeup hangs on, or null. */
    private CompletableFuture<Void> awaited;

    /**
     * @param records counts what the output takes
     * @param output the same object
     * @param alignment holds the reader when its event time is ahead of others'
     */
    SplitSource(
            String name,
            ReaderStart readerStart,
            SimpleVersionedSerializer<SourceSplit> serializer,
            CoordinatorLink coordinator,
            ClassLoader userClassLoader,
            SourceRecords records,
            ReaderOutput<Object> output,
            ReaderAlignment alignment,
            Wakeup wakeup) {
        this.name = name;
        this.readerStart = readerStart;
        this.serializer = serializer;
        this.coordinator = coordinator;
        this.userClassLoader = userClassLoader;
        this.records = records;
        this.output = output;
        this.alignment = alignment;
        this.wakeup = wakeup;
    }

    @Override
    public void restore(RestoredOperator state) throws IOException {
        for (Slice slice : state.lists()) {
            for (byte[] element : state.elements(slice)) {
                ByteBuffer bytes = ByteBuffer.wrap(element);
                int version = bytes.getInt();
                byte[] split = new byte[bytes.remaining()];
                bytes.get(split);
                restored.add(serializer.deserialize(version, split));
            }
        }
    }

    @Override
    public void open() {
        try {
            records.open();
            alignment.open();
            reader = readerStart.make();
            if (!restored.isEmpty()) {
                reader.addSplits(List.copyOf(restored));
                restored.clear();
            }
            reader.start();
        } catch (Throwable t) {
            throw failure("the start of the reader", t);
        }
    }

    @Override
    public Progress emit(int maxRecords, Target target) throws Exception {
        InputStatus status = InputStatus.MORE_AVAILABLE;
        if (alignment.isDue() && isHeld()) {
            return Progress.WAIT; // the next word of the coordinator's wakes it
        }
        try {
            for (int i = 0; i < maxRecords && !target.isInterrupted(); i++) {
                status = reader.pollNext(output);
                if (status != InputStatus.MORE_AVAILABLE || alignment.isDue()) {
                    break;
                }
            }
        } catch (Throwable t) {
            throw failure("pollNext()", t);
        }
        return switch (status) {
            case MORE_AVAILABLE -> Progress.MORE;
            case END_OF_INPUT -> end();
            case NOTHING_AVAILABLE -> await();
        };
    }

    private boolean isHeld() {
        try {
            return alignment.holds(reader);
        } catch (Throwable t) {
            throw failure("pauseOrResumeSplits()", t);
        }
    }

    private Progress end() {
        alignment.end();
        return Progress.END;
    }

    private Progress await() {
        CompletableFuture<Void> available;
        try {
            available = reader.isAvailable();
        } catch (Throwable t) {
            throw failure("isAvailable()", t);
        }
        if (available.isDone()) {
            awaited = null;
            return Progress.MORE;
        }
        if (available != awaited) {
            awaited = available;
            WakeOnCompletion.hang(available, wakeup);
        }
        return Progress.WAIT;
    }

    @Override
    public void operatorEvent(byte[] event) throws Exception {
        ToReader message = SourceMessages.readToReader(event);
        if (message instanceof ToReader.AlignTo align) {
            alignment.alignTo(align.maxWatermarkMillis());
            return;
        }
        if (!coordinator.isNew(message)) {
            return;
        }
        awaited = null;
        try {
            if (message instanceof ToReader.AddSplits add) {
                List<SourceSplit> splits = new ArrayList<>();
                for (byte[] split : add.splits()) {
                    splits.add(serializer.deserialize(add.version(), split));
                }
                reader.addSplits(splits);
            } else if (message instanceof ToReader.NoMoreSplits) {
                reader.notifyNoMoreSplits();
            } else if (message instanceof ToReader.Event told) {
                try (ObjectInputStream in =
                        new UserObjectInputStream(
                                new ByteArrayInputStream(told.event()), userClassLoader)) {
                    reader.handleSourceEvents((SourceEvent) in.readObject());
                }
            }
        } catch (Throwable t) {
            throw failure("what its enumerator told it", t);
        }
    }

    @Override
    public void register(int link) {
        coordinator.register(link);
        alignment.report();
    }

    @Override
    public void processingTime(long nowMillis) {
        records.processingTime(nowMillis);
        alignment.processingTime(nowMillis);
    }

    @Override
    public List<SnapshotPart> snapshot(long checkpointId) throws IOException {
        List<byte[]> elements = new ArrayList<>();
        try {
            for (SourceSplit split : reader.snapshotState(checkpointId)) {
                byte[] bytes = serializer.serialize(split);
                elements.add(
                        ByteBuffer.allocate(Integer.BYTES + bytes.length)
                                .putInt(serializer.getVersion())
                                .put(bytes)
                                .array());
            }
        } catch (Throwable t) {
            throw failure("snapshotState()", t);
        }
        return List.of(new ListPart(Kind.SPLIT_LIST, SPLITS, "source split", elements));
    }

    @Override
    public void checkpointComplete(long checkpointId) {
        try {
            reader.notifyCheckpointComplete(checkpointId);
        } catch (Throwable t) {
            throw failure("notifyCheckpointComplete()", t);
        }
    }

    @Override
    public void checkpointAborted(long checkpointId) {
        try {
            reader.notifyCheckpointAborted(checkpointId);
        } catch (Throwable t) {
            throw failure("notifyCheckpointAborted()", t);
        }
    }

    @Override
    public long recordsEmitted() {
        return records.count();
    }

    @Override
    public void close() throws Exception {
        if (reader != null) {
            try {
                reader.close();
            } catch (Throwable t) {
                throw failure("close()", t);
            }
        }
    }

    /** What has failed further down the chain names its place already. */
    private OperatorFailure failure(String where, Throwable thrown) {
        return thrown instanceof OperatorFailure inChain
                ? inChain
                : OperatorFailure.in(name, where, thrown);
    }
}
