package io.millrace.runtime.network;

import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.ExchangeException;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.memory.NetworkSegment;
import io.millrace.runtime.serializer.RecordInput;
import io.millrace.runtime.serializer.TypeSerializer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * Makes records of the bytes of one channel, which come in pieces.
 *
 * <p>Threads: owned by the reading subtask.
 *
 * <p>Errors: a length that cannot be is named; memory is taken only for bytes that have come, never
 * for a length that was read.
 */
final class RecordReader {
    private static final int KEPT_BYTES = 1 << 20;

    private final ChannelId id;
    private final TypeSerializer<Object> serializer;
    private final int maxRecordBytes;
    private final RecordInput input = new RecordInput();

    /** Bytes not yet made into records are at {@code [begin, end)}. */
    private byte[] bytes = new byte[0];

    private int begin;
    private int end;
    private int usualBatch = 16;
    private long recordsRead;
    private long bytesRead;

    RecordReader(ChannelId id, TypeSerializer<Object> serializer, int maxRecordBytes) {
        this.id = id;
        this.serializer = serializer;
        this.maxRecordBytes = maxRecordBytes;
    }

    /** Copies what a segment brought behind what is left of earlier ones. */
    void append(NetworkSegment segment, int length) {
        int left = end - begin;
        if (begin > 0 || left + length > bytes.length) {
            byte[] to = bytes;
            if (left + length > bytes.length) {
                to = new byte[Math.max(left + length, Math.min(2 * left, 1 << 29))];
            } else if (bytes.length > KEPT_BYTES && left + length <= KEPT_BYTES) {
                // a long record has passed
                to = new byte[KEPT_BYTES];
            }
            System.arraycopy(bytes, begin, to, 0, left);
            bytes = to;
            begin = 0;
            end = left;
        }
        segment.get(0, bytes, end, length);
        end += length;
        bytesRead += length;
    }

    /** All records that are whole, or null if none is. */
    RecordBatch next() throws ExchangeException {
        Object[] values = null;
        long[] timestamps = null;
        int count = 0;
        while (true) {
            int at = begin;
            int head = 0;
            int shift = 0;
            boolean whole = false;
            while (at < end) {
                byte b = bytes[at++];
                if (shift == 28 && (b & 0xf0) != 0) {
                    throw damaged("a length of more than 31 bits");
                }
                head |= (b & 0x7f) << shift;
                if (b >= 0) {
                    whole = true;
                    break;
                }
                shift += 7;
            }
            if (!whole) {
                break;
            }
            int valueBytes = head >>> 1;
            boolean timed = (head & 1) != 0;
            if (valueBytes > maxRecordBytes) {
                throw damaged(
                        "a record of " + valueBytes + " bytes; the limit is " + maxRecordBytes);
            }
            int needed = valueBytes + (timed ? Long.BYTES : 0);
            if (needed > end - at) {
                break;
            }
            long timestamp = RecordBatch.NO_TIMESTAMP;
            input.reset(bytes, at, at + needed);
            try {
                if (timed) {
                    timestamp = input.readLong();
                }
                Object value = serializer.deserialize(input);
                if (input.remaining() > 0) {
                    throw new IOException(input.remaining() + " bytes of it were not read");
                }
                if (values == null) {
                    values = new Object[usualBatch];
                    timestamps = new long[usualBatch];
                } else if (count == values.length) {
                    values = Arrays.copyOf(values, 2 * count);
                    timestamps = Arrays.copyOf(timestamps, 2 * count);
                }
                values[count] = value;
                timestamps[count] = timestamp;
                count++;
            } catch (IOException | RuntimeException e) {
                throw new ExchangeException(
                        "Record "
                                + (recordsRead + count + 1)
                                + " of channel "
                                + id
                                + ", "
                                + valueBytes
                                + " bytes, cannot be read: "
                                + e,
                        e);
            }
            begin = at + needed;
        }
        if (count == 0) {
            return null;
        }
        usualBatch = Math.max(16, count + count / 8);
        recordsRead += count;
        return new RecordBatch(values, timestamps, 0, count);
    }

    private ExchangeException damaged(String what) {
        return new ExchangeException(
                "Channel "
                        + id
                        + " is damaged: behind record "
                        + recordsRead
                        + " it announces "
                        + what);
    }

    /** Copies the bytes that have not become records yet. */
    void copyRest(ByteArrayOutputStream to) {
        to.write(bytes, begin, end - begin);
    }

    /** Events never come within a record. */
    void checkWhole(Object event) throws ExchangeException {
        if (begin < end) {
            throw new ExchangeException(
                    "Channel "
                            + id
                            + " is damaged: "
                            + event
                            + " came within a record, of which "
                            + (end - begin)
                            + " bytes are there");
        }
    }

    long recordsRead() {
        return recordsRead;
    }

    long bytesRead() {
        return bytesRead;
    }
}
