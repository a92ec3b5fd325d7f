package io.millrace.runtime.exchange;

import io.millrace.runtime.exchange.StreamEvent.Status;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import io.millrace.runtime.serializer.RecordOutput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

    /** Takes what has grown long; null if nothing is cut off. */
    private final KeptPieces pieces;

    private final int pieceBytes;
    private final List<KeptPieces.Piece> cut = new ArrayList<>();
    private long cutBytes;

    /** Where the length of the records is that are being gathered, or -1. */
    private int openRun = -1;

    private boolean anyRecord;
    private Exception failure;

    /** Nothing is cut off. */
    ChannelContent(TypeSerializer<Object> serializer, long watermark, boolean idle) {
        this(serializer, watermark, idle, null, 1);
    }

    /** Of a channel that was never read from here; nothing is cut off. */
    public ChannelContent(TypeSerializer<Object> serializer) {
        this(serializer, Long.MIN_VALUE, false);
    }

    /** Of a channel that was never read from here. */
    public ChannelContent(TypeSerializer<Object> serializer, KeptPieces pieces, int channels) {
        this(serializer, Long.MIN_VALUE, false, pieces, channels);
    }

    /**
     * @param serializer of the channel's records
     * @param watermark of the channel, {@link Long#MIN_VALUE} if there was none
     * @param pieces take what has grown long
     * @param channels how many put their contents there
     */
    ChannelContent(
            TypeSerializer<Object> serializer,
            long watermark,
            boolean idle,
            KeptPieces pieces,
            int channels) {
        this.serializer = serializer;
        this.startWatermark = watermark;
        this.startIdle = idle;
        this.pieces = pieces;
        this.pieceBytes = KeptPieces.pieceBytes(channels);
        out.writeLong(watermark);
        out.writeBoolean(idle);
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
        cutOffIfLong();
    }

    /** What follows begins with nothing said about watermark and idleness. */
    private void cutOffIfLong() {
        if (pieces == null || out.length() < pieceBytes || failure != null) {
            return;
        }
        closeRun();
        try {
            KeptPieces.Piece piece = pieces.add(out.bytes(), out.length());
            cut.add(piece);
            cutBytes += piece.length();
        } catch (IOException e) {
            failure = e;
        }
        out.truncate(0);
        out.writeLong(Long.MIN_VALUE);
        out.writeBoolean(false);
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
        cutOffIfLong();
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
        return cut.isEmpty()
                && out.length() == HEADER_BYTES
                && startWatermark == Long.MIN_VALUE
                && !startIdle;
    }

    public boolean hasRecords() {
        return anyRecord;
    }

    /** Bytes gathered so far. */
    public long bytes() {
        return cutBytes + out.length();
    }

    /**
     * All of it, in pieces that are contents of their own; nothing may be added afterwards.
     *
     * @throws IOException if there is no room for the last one
     */
    public List<KeptPieces.Piece> toPieces() throws IOException {
        if (cut.isEmpty() || out.length() > HEADER_BYTES) {
            closeRun();
            cut.add(pieces.add(out.bytes(), out.length()));
        }
        return List.copyOf(cut);
    }

    /** It is not needed any more. */
    public void release() {
        cut.forEach(KeptPieces.Piece::release);
        cut.clear();
    }

    /** All of it, where nothing was cut off; nothing may be added afterwards. */
    public byte[] toBytes() {
        closeRun();
        return Arrays.copyOf(out.bytes(), out.length());
    }
}
