package io.millrace.runtime.exchange;

/**
 * What stands before the value of each serialized record: its length and, if it has one, its
 * timestamp.
 *
 * <p>Format: {@code varint(length of the value * 2 + (1 if there is a timestamp)) [timestamp, 8
 * bytes, big-endian]}.
 */
public final class RecordHead {
    /** The most that a head takes. */
    public static final int BYTES = 13;

    private RecordHead() {}

    /** Writes the head so that it ends at {@link #BYTES}; returns where it begins. */
    public static int put(byte[] to, int valueBytes, long timestamp) {
        return put(to, BYTES, valueBytes, timestamp);
    }

    /** Writes the head so that it ends at {@code end}; returns where it begins. */
    static int put(byte[] to, int end, int valueBytes, long timestamp) {
        int at = end;
        int head = valueBytes << 1;
        if (timestamp != RecordBatch.NO_TIMESTAMP) {
            head |= 1;
            long rest = timestamp;
            for (int i = 0; i < 8; i++) {
                to[--at] = (byte) rest;
                rest >>>= 8;
            }
        }
        int length = 1;
        for (int rest = head >>> 7; rest != 0; rest >>>= 7) {
            length++;
        }
        at -= length;
        int rest = head;
        for (int i = 0; i < length - 1; i++) {
            to[at + i] = (byte) (rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        to[at + length - 1] = (byte) rest;
        return at;
    }
}
