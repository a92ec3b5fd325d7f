package io.millrace.runtime.state;

import io.millrace.runtime.memory.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A growing array of bytes that records of a snapshot are put together in. */
public final class RecordBytes {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private byte[] bytes;
    private int length;

    public RecordBytes(int initialBytes) {
        bytes = new byte[initialBytes];
    }

    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    public void truncate(int to) {
        length = to;
    }

    /** Makes room and returns where it begins. */
    public int reserve(int count) {
        int at = length;
        int needed = Math.addExact(at, count);
        if (needed > bytes.length) {
            bytes =
                    Arrays.copyOf(
                            bytes, (int) Math.max(needed, Math.min(2L * bytes.length, 1 << 30)));
        }
        length = needed;
        return at;
    }

    public void putByte(int value) {
        int at = reserve(1);
        bytes[at] = (byte) value;
    }

    public void putInt(int value) {
        int at = reserve(4);
        INT.set(bytes, at, value);
    }

    public void setInt(int at, int value) {
        INT.set(bytes, at, value);
    }

    public void putLong(long value) {
        int at = reserve(8);
        LONG.set(bytes, at, value);
    }

    public void putVarInt(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            putByte(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        putByte(rest);
    }

    public void put(byte[] from, int offset, int count) {
        int at = reserve(count);
        System.arraycopy(from, offset, bytes, at, count);
    }

    void put(long address, int count) {
        int at = reserve(count);
        Memory.copy(address, bytes, at, count);
    }

    public static long getLong(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    public static int getInt(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    public static void setLong(byte[] bytes, int at, long value) {
        LONG.set(bytes, at, value);
    }

    public static void setInt(byte[] bytes, int at, int value) {
        INT.set(bytes, at, value);
    }
}
