package io.millrace.runtime.network;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.StreamEvent;
import io.millrace.runtime.exchange.StreamEvent.Barrier;
import io.millrace.runtime.exchange.StreamEvent.EndOfChannel;
import io.millrace.runtime.exchange.StreamEvent.EndOfData;
import io.millrace.runtime.exchange.StreamEvent.Status;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import io.millrace.runtime.schedule.AttemptId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes and reads the frames of all connections.
 *
 * <p>Format: numbers are big-endian, a text is its length in bytes (u16) and UTF-8.
 *
 * <pre>
 * connection  = handshake frame*            version and kind come first, see {@link Handshake}
 * frame       = length:i32 body [mac:16]    length counts body and mac
 * body        = type:u8 rest
 *
 * DATA connections (mac only if either end asked for it in the handshake)
 *   1 OPEN    channel:i32 credit:i32 writer:attempt edge:i32 reader:attempt
 *   2 CREDIT  channel:i32 segments:i32
 *   3 STOP    channel:i32
 *   4 DATA    channel:i32 backlog:i32 bytes
 *   5 EVENT   channel:i32 kind:u8 [...]     1 watermark timestamp:i64 | 2 barrier id:i64 epoch:i32 wall:i64
 *                                             kind:u8
 *                                           | 3 idle | 4 active | 5 end of channel | 6 end of data
 *   6 FAILED  channel:i32 cause:text
 *   7 REST    channel:i32 bytes              of a record that is sent in part, for the next OVERTAKING
 *   8 OVERTAKING channel:i32 id:i64 epoch:i32 wall:i64 kind:u8 bytes
 * attempt     = job:text vertex:i32 subtask:i32 epoch:i32 counter:i32
 *
 * CONTROL connections (always with mac)
 *  16 PIECE   last:u8 bytes                 a message is its pieces, each of at most 64 KiB
 *  17 CLOSE   reason:text                   last frame
 *
 * bytes of DATA, over all frames of a channel: record*
 * record      = head:varint [timestamp:i64] value
 *               head = length of the value in bytes * 2 + (1 if there is a timestamp)
 * </pre>
 *
 * <p>A record may begin in one frame and end in a later one; an event never comes within a record.
 * The mac is described at {@link FrameSeal}.
 */
final class FrameCodec {
    /** Longest piece of a control message. */
    static final int PIECE_BYTES = 64 * 1024;

    static final int DATA_HEADER_BYTES = 9;
    private static final int MAX_TEXT_BYTES = 4096;

    private static final int OPEN = 1;
    private static final int CREDIT = 2;
    private static final int STOP = 3;
    private static final int DATA = 4;
    private static final int EVENT = 5;
    private static final int FAILED = 6;
    private static final int REST = 7;
    private static final int OVERTAKING = 8;
    static final int PIECE = 16;
    static final int CLOSE = 17;

    private static final int WATERMARK = 1;
    private static final int BARRIER = 2;
    private static final int IDLE = 3;
    private static final int ACTIVE = 4;
    private static final int END = 5;
    private static final int END_OF_DATA = 6;

    private FrameCodec() {}

    /** An upper bound of the bytes that {@link #encode} writes. */
    static int maxSize(Frame frame) {
        if (frame instanceof Frame.Data data) {
            return DATA_HEADER_BYTES + data.bytes().remaining();
        }
        if (frame instanceof Frame.Open open) {
            return 64 + 3 * (open.id().writer().job().length() + open.id().reader().job().length());
        }
        if (frame instanceof Frame.Rest rest) {
            return 8 + rest.bytes().remaining();
        }
        if (frame instanceof Frame.Overtaking overtaking) {
            return 32 + overtaking.bytes().remaining();
        }
        if (frame instanceof Frame.Failed) {
            return 16 + MAX_TEXT_BYTES;
        }
        return 32;
    }

    /** Writes type and rest. */
    static void encode(Frame frame, ByteBuffer out) {
        if (frame instanceof Frame.Data data) {
            out.put((byte) DATA).putInt(data.channel()).putInt(data.backlog());
            out.put(data.bytes().duplicate());
        } else if (frame instanceof Frame.Credit credit) {
            out.put((byte) CREDIT).putInt(credit.channel()).putInt(credit.segments());
        } else if (frame instanceof Frame.Event event) {
            out.put((byte) EVENT).putInt(event.channel());
            encode(event.event(), out);
        } else if (frame instanceof Frame.Open open) {
            out.put((byte) OPEN).putInt(open.channel()).putInt(open.credit());
            encode(open.id().writer(), out);
            out.putInt(open.id().edge());
            encode(open.id().reader(), out);
        } else if (frame instanceof Frame.Stop stop) {
            out.put((byte) STOP).putInt(stop.channel());
        } else if (frame instanceof Frame.Rest rest) {
            out.put((byte) REST).putInt(rest.channel());
            out.put(rest.bytes().duplicate());
        } else if (frame instanceof Frame.Overtaking overtaking) {
            out.put((byte) OVERTAKING).putInt(overtaking.channel());
            encode(overtaking.barrier(), out);
            out.put(overtaking.bytes().duplicate());
        } else if (frame instanceof Frame.Failed failed) {
            out.put((byte) FAILED).putInt(failed.channel());
            encode(failed.cause(), out);
        }
    }

    private static void encode(StreamEvent event, ByteBuffer out) {
        if (event instanceof Watermark watermark) {
            out.put((byte) WATERMARK).putLong(watermark.timestampMillis());
        } else if (event instanceof Barrier barrier) {
            out.put((byte) BARRIER);
            encode(barrier, out);
        } else if (event instanceof Status status) {
            out.put((byte) (status == Status.IDLE ? IDLE : ACTIVE));
        } else if (event instanceof EndOfData) {
            out.put((byte) END_OF_DATA);
        } else if (event instanceof EndOfChannel) {
            out.put((byte) END);
        }
    }

    private static void encode(Barrier barrier, ByteBuffer out) {
        out.putLong(barrier.checkpointId())
                .putInt(barrier.epoch())
                .putLong(barrier.wallMillis())
                .put((byte) barrier.kind().ordinal());
    }

    private static Barrier decodeBarrier(ByteBuffer in) throws ProtocolException {
        return new Barrier(in.getLong(), in.getInt(), in.getLong(), kind(in.get()));
    }

    private static void encode(AttemptId attempt, ByteBuffer out) {
        encode(attempt.job(), out);
        out.putInt(attempt.vertex())
                .putInt(attempt.subtask())
                .putInt(attempt.epoch())
                .putInt(attempt.counter());
    }

    /** Cut off where it is too long. */
    static void encode(String text, ByteBuffer out) {
        byte[] utf = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(utf.length, MAX_TEXT_BYTES);
        out.putShort((short) length).put(utf, 0, length);
    }

    /**
     * Reads type and rest; all of {@code in} must be the frame. The bytes of a data frame stay
     * those of {@code in}.
     */
    static Frame decode(ByteBuffer in) throws ProtocolException {
        try {
            int type = in.get();
            int channel = in.getInt();
            Frame frame =
                    switch (type) {
                        case DATA -> {
                            int backlog = in.getInt();
                            yield new Frame.Data(channel, positive("backlog", backlog), rest(in));
                        }
                        case REST -> new Frame.Rest(channel, rest(in));
                        case OVERTAKING -> {
                            Barrier barrier = decodeBarrier(in);
                            yield new Frame.Overtaking(channel, barrier, rest(in));
                        }
                        case CREDIT -> new Frame.Credit(channel, positive("credit", in.getInt()));
                        case EVENT -> new Frame.Event(channel, decodeEvent(in));
                        case OPEN -> {
                            int credit = positive("credit", in.getInt());
                            AttemptId writer = decodeAttempt(in);
                            int edge = in.getInt();
                            yield new Frame.Open(
                                    channel,
                                    credit,
                                    new ChannelId(writer, edge, decodeAttempt(in)));
                        }
                        case STOP -> new Frame.Stop(channel);
                        case FAILED -> new Frame.Failed(channel, decodeText(in));
                        default ->
                                throw new ProtocolException("a frame of the unknown type " + type);
                    };
            if (in.hasRemaining()) {
                throw new ProtocolException(
                        "a frame of type " + type + " with " + in.remaining() + " bytes too many");
            }
            return frame;
        } catch (BufferUnderflowException e) {
            throw new ProtocolException("a frame that ends too early");
        }
    }

    /** What is left, as it is. */
    private static ByteBuffer rest(ByteBuffer in) {
        ByteBuffer bytes = in.slice();
        in.position(in.limit());
        return bytes;
    }

    private static int positive(String what, int value) throws ProtocolException {
        if (value < 0) {
            throw new ProtocolException("a " + what + " of " + value);
        }
        return value;
    }

    private static StreamEvent decodeEvent(ByteBuffer in) throws ProtocolException {
        int kind = in.get();
        return switch (kind) {
            case WATERMARK -> new Watermark(in.getLong());
            case BARRIER -> decodeBarrier(in);
            case IDLE -> Status.IDLE;
            case ACTIVE -> Status.ACTIVE;
            case END_OF_DATA -> EndOfData.INSTANCE;
            case END -> EndOfChannel.INSTANCE;
            default -> throw new ProtocolException("an event of the unknown kind " + kind);
        };
    }

    private static CheckpointKind kind(int number) throws ProtocolException {
        CheckpointKind[] kinds = CheckpointKind.values();
        if (number < 0 || number >= kinds.length) {
            throw new ProtocolException("a barrier of the unknown kind " + number);
        }
        return kinds[number];
    }

    private static AttemptId decodeAttempt(ByteBuffer in) throws ProtocolException {
        String job = decodeText(in);
        return new AttemptId(job, in.getInt(), in.getInt(), in.getInt(), in.getInt());
    }

    static String decodeText(ByteBuffer in) throws ProtocolException {
        int length = in.getShort() & 0xffff;
        if (length > MAX_TEXT_BYTES || length > in.remaining()) {
            throw new ProtocolException("a text of " + length + " bytes");
        }
        byte[] utf = new byte[length];
        in.get(utf);
        return new String(utf, StandardCharsets.UTF_8);
    }
}
