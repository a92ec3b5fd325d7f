package io.millrace.runtime.serializer;

import java.io.DataInput;
import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A range of an array of bytes that serializers read from.
 *
 * <p>Errors: reading beyond the end throws {@link EOFException}; it never reads the bytes of the
 * next record.
 *
 * <p>Threads: owned by the reading subtask.
 */
public final class RecordInput implements DataInput {
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private byte[] bytes = new byte[0];
    private int position;
    private int end;

    /** Reads {@code bytes[from..to)} next. */
    public void reset(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.position = from;
        this.end = to;
    }

    public int remaining() {
        return end - position;
    }

    public int position() {
        return position;
    }

    /** The array under the range; not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * Moves past {@code count} bytes and returns where they begin.
     *
     * @throws EOFException if fewer are left
     */
    public int take(int count) throws EOFException {
        int at = position;
        if (count < 0 || count > end - at) {
            throw new EOFException(
                    "Needed " + count + " bytes, " + (end - at) + " are left of the record");
        }
        position = at + count;
        return at;
    }

    @Override
    public void readFully(byte[] b) throws IOException {
        readFully(b, 0, b.length);
    }

    @Override
    public void readFully(byte[] b, int off, int len) throws IOException {
        System.arraycopy(bytes, take(len), b, off, len);
    }

    @Override
    public int skipBytes(int n) throws IOException {
        int count = Math.max(0, Math.min(n, remaining()));
        take(count);
        return count;
    }

    @Override
    public boolean readBoolean() throws IOException {
        return readByte() != 0;
    }

    @Override
    public byte readByte() throws IOException {
        return bytes[take(1)];
    }

    /** The next byte, which stays the next. */
    public byte peekByte() throws IOException {
        int at = take(1);
        position = at;
        return bytes[at];
    }

    @Override
    public int readUnsignedByte() throws IOException {
        return bytes[take(1)] & 0xff;
    }

    @Override
    public short readShort() throws IOException {
        return (short) SHORT.get(bytes, take(2));
    }

    @Override
    public int readUnsignedShort() throws IOException {
        return readShort() & 0xffff;
    }

    @Override
    public char readChar() throws IOException {
        return (char) readShort();
    }

    @Override
    public int readInt() throws IOException {
        return (int) INT.get(bytes, take(4));
    }

    @Override
    public long readLong() throws IOException {
        return (long) LONG.get(bytes, take(8));
    }

    @Override
    public float readFloat() throws IOException {
        return Float.intBitsToFloat(readInt());
    }

    @Override
    public double readDouble() throws IOException {
        return Double.longBitsToDouble(readLong());
    }

    /** The counterpart of {@link RecordOutput#writeVarInt}. */
    public int readVarInt() throws IOException {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte b = readByte();
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IOException(
                "A variable-length number has more than 5 bytes: the record is damaged");
    }

    /** The counterpart of {@link RecordOutput#writeString}. */
    @SuppressWarnings("deprecation") // the constructor that does nothing but copy
    public String readString() throws IOException {
        int code = readVarInt();
        int count = code >>> 1;
        if ((code & 1) == 0) {
            return new String(bytes, 0, take(count), count);
        }
        return readWideString(count);
    }

    private String readWideString(int count) throws EOFException {
        int at = takeCharacters(count);
        char[] chars = new char[count];
        for (int i = 0; i < count; i++) {
            chars[i] = (char) (short) SHORT.get(bytes, at + 2 * i);
        }
        return new String(chars);
    }

    /** Moves past a text. */
    public void skipString() throws IOException {
        int code = readVarInt();
        if ((code & 1) == 0) {
            take(code >>> 1);
        } else {
            takeCharacters(code >>> 1);
        }
    }

    private int takeCharacters(int count) throws EOFException {
        if (count > remaining() / 2) {
            throw new EOFException(
                    "A text of "
                            + count
                            + " characters was announced, "
                            + remaining()
                            + " bytes are left of the record");
        }
        return take(2 * count);
    }

    // ---- numbers out of bytes that were taken

    public static boolean getBoolean(byte[] bytes, int at) {
        return bytes[at] != 0;
    }

    public static byte getByte(byte[] bytes, int at) {
        return bytes[at];
    }

    public static short getShort(byte[] bytes, int at) {
        return (short) SHORT.get(bytes, at);
    }

    public static char getChar(byte[] bytes, int at) {
        return (char) (short) SHORT.get(bytes, at);
    }

    public static int getInt(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    public static long getLong(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    public static float getFloat(byte[] bytes, int at) {
        return Float.intBitsToFloat((int) INT.get(bytes, at));
    }

    public static double getDouble(byte[] bytes, int at) {
        return Double.longBitsToDouble((long) LONG.get(bytes, at));
    }

    /**
     * A number of things to follow, each of which takes at least {@code bytesEach} bytes.
     *
     * @throws EOFException if so many cannot be left, so that nothing is allocated for them
     */
    public int readCount(int bytesEach) throws IOException {
        int count = readVarInt();
        if (count < 0 || count > remaining() / bytesEach) {
            throw new EOFException(
                    Integer.toUnsignedString(count)
                            + " elements were announced, "
                            + remaining()
                            + " bytes are left of the record");
        }
        return count;
    }

    @Override
    public String readLine() {
        throw new UnsupportedOperationException("readLine");
    }

    @Override
    public String readUTF() throws IOException {
        int length = readUnsignedShort();
        return new String(bytes, take(length), length, StandardCharsets.UTF_8);
    }
}
