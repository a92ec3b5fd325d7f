package io.millrace.runtime.exchange;

import io.millrace.runtime.exchange.StreamEvent.Status;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.util.Arrays;

/**
 * Gathers what a checkpoint keeps of one channel: whole records and the events among them.
 *
 * <p>Format, numbers big-endian:
 *
 * <pre>
 *   content  watermark of the channel before what follows, 8 | idle then, 1 | item*
 *   item     1 | length, 4 | records       each a {@link RecordHead} and its value
 *            2 | timestamp, 8              a watermark
 *            3                             the channel became idle
 *            4                             it became active
 * </pre>
 *
 * <p>Threads: owned by the subtask at one end of the channel.
 *
 * <p>Errors: a record that cannot be serialized is told by {@link #failure}; what follows it is not
 * taken.
 */
public final class ChannelContent implements InFlight {
    static final int RECORDS = 1;
    static final int WATERMARK = 2;
    static final int IDLE = 3;
    static final int ACTIVE = 4;

    private static final int HEADER_BYTES = 9;

    private final TypeSerializer<Object> serializer;
    private final long startWatermark;
    private final boolean startIdle;
    private final RecordOutput out = new RecordOutput(64);
    private final RecordOutput scratch = new RecordOutput(64);

    /** Where the length of the records is that are being gathered, or -1. */
    private int openRun = -1;

    private boolean anyRecord;
    private Exception failure;

    /**
     * @param serializer of the channel's records
     * @param watermark of the channel, {@link Long#MIN_VALUE} if there was none
     */
    public ChannelContent(TypeSerializer<Object> serializer, long watermark, boolean idle) {
        this.serializer = serializer;
        this.startWatermark = watermark;
        this.startIdle = idle;
        out.writeLong(watermark);
        out.writeBoolean(idle);
    }

    /** Of a channel that was never read from here. */
    public ChannelContent(TypeSerializer<Object> serializer) {
        this(serializer, Long.MIN_VALUE, false);
    }

    @Override
    public void records(RecordBatch batch) {
        if (failure != null) {
            return;
        }
        try {
            for (int i = batch.from; i < batch.to; i++) {
                scratch.truncate(RecordHead.BYTES);
                serializer.serialize(batch.values[i], scratch);
                int from =
                        RecordHead.put(
                                scratch.bytes(),
                                scratch.length() - RecordHead.BYTES,
                                batch.timestamps[i]);
                records(scratch.bytes(), from, scratch.length());
            }
        } catch (IOException | RuntimeException | StackOverflowError e) {
            failure = e instanceof Exception known ? known : new IOException(e);
        }
    }

    @Override
    public void records(byte[] bytes, int from, int to) {
        if (failure != null || from == to) {
            return;
        }
        anyRecord = true;
        if (openRun < 0) {
            out.writeByte(RECORDS);
            openRun = out.length();
            out.writeInt(0);
        }
        out.write(bytes, from, to - from);
    }

    @Override
    public void event(StreamEvent event) {
        if (event instanceof Watermark watermark) {
            closeRun();
            out.writeByte(WATERMARK);
            out.writeLong(watermark.timestampMillis());
        } else if (event instanceof Status status) {
            closeRun();
            out.writeByte(status == Status.IDLE ? IDLE : ACTIVE);
        }
        // barriers of other checkpoints mean nothing to this one
    }

    private void closeRun() {
        if (openRun >= 0) {
            RecordOutput.putInt(out.bytes(), openRun, out.length() - openRun - Integer.BYTES);
            openRun = -1;
        }
    }

    /** Why it is not whole, or null. */
    public Exception failure() {
        return failure;
    }

    /** Whether there is anything to be kept. */
    public boolean isEmpty() {
        return out.length() == HEADER_BYTES && startWatermark == Long.MIN_VALUE && !startIdle;
    }

    public boolean hasRecords() {
        return anyRecord;
    }

    /** Bytes gathered so far. */
    public long bytes() {
        return out.length();
    }

    /** All of it; nothing may be added afterwards. */
    public byte[] toBytes() {
        closeRun();
        return Arrays.copyOf(out.bytes(), out.length());
    }
}
