package io.millrace.runtime.serializer;

import java.io.DataOutput;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing array of bytes that serializers write to.
 *
 * <p>Shape: numbers are big-endian, as {@link DataOutput} has them. Reused from record to record.
 *
 * <p>Threads: owned by the writing subtask.
 */
public final class RecordOutput implements DataOutput {
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private byte[] bytes;
    private int length;

    public RecordOutput(int initialBytes) {
        this.bytes = new byte[initialBytes];
    }

    /** The bytes; valid from 0 to {@link #length()} until the next write. */
    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /** Forgets what was written; {@code length} of the bytes are kept. */
    public void truncate(int length) {
        this.length = length;
    }

    /**
     * Makes room for {@code count} bytes that the caller puts into {@link #bytes()}, which may be
     * another array afterwards.
     *
     * @return where they begin
     */
    public int reserve(int count) {
        int at = length;
        int needed = at + count;
        if (needed < 0) {
            throw new IllegalStateException("A record of more than 2 GiB cannot be serialized");
        }
        if (needed > bytes.length) {
            bytes =
                    Arrays.copyOf(
                            bytes,
                            Math.max(
                                    needed,
                                    (int) Math.min(2L * bytes.length, Integer.MAX_VALUE - 16)));
        }
        length = needed;
        return at;
    }

    @Override
    public void write(int b) {
        int at = reserve(1); // before the array is looked at: it may be replaced
        bytes[at] = (byte) b;
    }

    @Override
    public void write(byte[] b) {
        write(b, 0, b.length);
    }

    @Override
    public void write(byte[] b, int off, int len) {
        int at = reserve(len);
        System.arraycopy(b, off, bytes, at, len);
    }

    @Override
    public void writeBoolean(boolean v) {
        write(v ? 1 : 0);
    }

    @Override
    public void writeByte(int v) {
        write(v);
    }

    @Override
    public void writeShort(int v) {
        int at = reserve(2);
        SHORT.set(bytes, at, (short) v);
    }

    @Override
    public void writeChar(int v) {
        writeShort(v);
    }

    @Override
    public void writeInt(int v) {
        int at = reserve(4);
        INT.set(bytes, at, v);
    }

    @Override
    public void writeLong(long v) {
        int at = reserve(8);
        LONG.set(bytes, at, v);
    }

    @Override
    public void writeFloat(float v) {
        writeInt(Float.floatToRawIntBits(v));
    }

    @Override
    public void writeDouble(double v) {
        writeLong(Double.doubleToRawLongBits(v));
    }

    /** Seven bits a byte, least first; 1 byte below 128, 5 at the most. */
    public void writeVarInt(int v) {
        int rest = v;
        while ((rest & ~0x7f) != 0) {
            write(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        write(rest);
    }

    /**
     * Text of any length, not null: twice its length, plus 1 if any character is above 0xff, as a
     * variable-length number; then a byte for each character, or two.
     */
    @SuppressWarnings("deprecation") // getBytes of low bytes: nothing else copies without garbage
    public void writeString(String s) {
        int count = s.length();
        if (count >= 1 << 30) {
            throw new IllegalStateException(
                    "A string of " + count + " characters cannot be serialized; the limit is 2^30");
        }
        if (LatinText.is(s)) {
            if (count < 64) {
                int at = reserve(count + 1);
                bytes[at] = (byte) (count << 1);
                s.getBytes(0, count, bytes, at + 1);
                return;
            }
            writeVarInt(count << 1);
            int at = reserve(count);
            s.getBytes(0, count, bytes, at);
        } else {
            writeVarInt(count << 1 | 1);
            int at = reserve(Math.multiplyExact(2, count));
            for (int i = 0; i < count; i++) {
                SHORT.set(bytes, at + 2 * i, (short) s.charAt(i));
            }
        }
    }

    // ---- numbers into reserved bytes

    public static void putBoolean(byte[] bytes, int at, boolean v) {
        bytes[at] = (byte) (v ? 1 : 0);
    }

    public static void putByte(byte[] bytes, int at, byte v) {
        bytes[at] = v;
    }

    public static void putShort(byte[] bytes, int at, short v) {
        SHORT.set(bytes, at, v);
    }

    public static void putChar(byte[] bytes, int at, char v) {
        SHORT.set(bytes, at, (short) v);
    }

    public static void putInt(byte[] bytes, int at, int v) {
        INT.set(bytes, at, v);
    }

    public static void putLong(byte[] bytes, int at, long v) {
        LONG.set(bytes, at, v);
    }

    public static void putFloat(byte[] bytes, int at, float v) {
        INT.set(bytes, at, Float.floatToRawIntBits(v));
    }

    public static void putDouble(byte[] bytes, int at, double v) {
        LONG.set(bytes, at, Double.doubleToRawLongBits(v));
    }

    /** As keys have them: one zero and one NaN. */
    public static void putCanonicalFloat(byte[] bytes, int at, float v) {
        INT.set(bytes, at, v == 0 ? 0 : Float.floatToIntBits(v));
    }

    /** As keys have them: one zero and one NaN. */
    public static void putCanonicalDouble(byte[] bytes, int at, double v) {
        LONG.set(bytes, at, v == 0 ? 0 : Double.doubleToLongBits(v));
    }

    @Override
    public void writeBytes(String s) {
        for (int i = 0; i < s.length(); i++) {
            write(s.charAt(i));
        }
    }

    @Override
    public void writeChars(String s) {
        for (int i = 0; i < s.length(); i++) {
            writeChar(s.charAt(i));
        }
    }

    @Override
    public void writeUTF(String s) throws IOException {
        byte[] utf = s.getBytes(StandardCharsets.UTF_8);
        if (utf.length > 65535) {
            throw new UTFDataFormatException(
                    "String of " + utf.length + " bytes; the limit is 65535");
        }
        writeShort(utf.length);
        write(utf);
    }
}
