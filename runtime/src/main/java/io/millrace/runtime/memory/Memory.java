package io.millrace.runtime.memory;

import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.nio.ByteOrder;
import sun.misc.Unsafe;

/**
 * Reads and writes managed memory by address.
 *
 * <p>The JDK has no other way to more than 2 GiB of memory outside the heap that it does not charge
 * for: direct buffers end at 2 GiB and count against {@code -XX:MaxDirectMemorySize}, which is the
 * network's. Whoever uses an address must have it from a {@link MemoryBudget} and not have given it
 * back. With assertions on, each access is checked against what is allocated, and what is given
 * back is poisoned; without, a mistake reads the bytes of somebody else, but never faults, since
 * slabs stay mapped.
 *
 * <p>Shape: numbers in the machine's byte order, at any address; {@link #getLongBigEndian} for
 * those that are compared or written to files.
 *
 * <p>Threads: accesses are plain. Who shares an address with another thread orders them by {@link
 * #releaseFence} and {@link #acquireFence}.
 */
public final class Memory {
    private static final Unsafe UNSAFE = unsafe();
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private Memory() {}

    private static Unsafe unsafe() {
        try {
            Field field = Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (Unsafe) field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** A new range of the process's memory, which is never given back to it. */
    static long map(long bytes) {
        return UNSAFE.allocateMemory(bytes);
    }

    public static byte getByte(long address) {
        assert Slab.isAllocated(address, 1) : Slab.describe(address);
        return UNSAFE.getByte(address);
    }

    public static void putByte(long address, byte value) {
        assert Slab.isAllocated(address, 1) : Slab.describe(address);
        UNSAFE.putByte(address, value);
    }

    public static int getInt(long address) {
        assert Slab.isAllocated(address, 4) : Slab.describe(address);
        return UNSAFE.getInt(address);
    }

    public static void putInt(long address, int value) {
        assert Slab.isAllocated(address, 4) : Slab.describe(address);
        UNSAFE.putInt(address, value);
    }

    public static long getLong(long address) {
        assert Slab.isAllocated(address, 8) : Slab.describe(address);
        return UNSAFE.getLong(address);
    }

    public static void putLong(long address, long value) {
        assert Slab.isAllocated(address, 8) : Slab.describe(address);
        UNSAFE.putLong(address, value);
    }

    public static long getLongBigEndian(long address) {
        return bigEndian(getLong(address));
    }

    public static void putLongBigEndian(long address, long value) {
        putLong(address, bigEndian(value));
    }

    private static long bigEndian(long value) {
        return LITTLE_ENDIAN ? Long.reverseBytes(value) : value;
    }

    public static void copy(long from, long to, long bytes) {
        assert Slab.isAllocated(from, bytes) : Slab.describe(from);
        assert Slab.isAllocated(to, bytes) : Slab.describe(to);
        UNSAFE.copyMemory(from, to, bytes);
    }

    public static void copy(byte[] from, int offset, long to, int bytes) {
        assert offset >= 0 && bytes >= 0 && offset + bytes <= from.length;
        assert Slab.isAllocated(to, bytes) : Slab.describe(to);
        long place = Unsafe.ARRAY_BYTE_BASE_OFFSET + (long) offset;
        if (bytes == 8) {
            UNSAFE.putLong(to, UNSAFE.getLong(from, place)); // keys are, and this is no call
        } else {
            UNSAFE.copyMemory(from, place, null, to, bytes);
        }
    }

    public static void copy(long from, byte[] to, int offset, int bytes) {
        assert offset >= 0 && bytes >= 0 && offset + bytes <= to.length;
        assert Slab.isAllocated(from, bytes) : Slab.describe(from);
        long place = Unsafe.ARRAY_BYTE_BASE_OFFSET + (long) offset;
        if (bytes == 8) {
            UNSAFE.putLong(to, place, UNSAFE.getLong(from));
        } else {
            UNSAFE.copyMemory(null, from, to, place, bytes);
        }
    }

    public static void fill(long address, long bytes, byte value) {
        assert Slab.isAllocated(address, bytes) : Slab.describe(address);
        UNSAFE.setMemory(address, bytes, value);
    }

    /** Whether a range holds the same bytes as a part of an array. */
    public static boolean equal(long address, byte[] with, int offset, int bytes) {
        assert offset >= 0 && bytes >= 0 && offset + bytes <= with.length;
        assert Slab.isAllocated(address, bytes) : Slab.describe(address);
        long base = Unsafe.ARRAY_BYTE_BASE_OFFSET + (long) offset;
        int i = 0;
        for (; i + 8 <= bytes; i += 8) {
            if (UNSAFE.getLong(address + i) != UNSAFE.getLong(with, base + i)) {
                return false;
            }
        }
        for (; i < bytes; i++) {
            if (UNSAFE.getByte(address + i) != UNSAFE.getByte(with, base + i)) {
                return false;
            }
        }
        return true;
    }

    /** What was written before is seen by who sees what is written after. */
    public static void releaseFence() {
        VarHandle.releaseFence();
    }

    /** What is read after is not older than what was read before. */
    public static void acquireFence() {
        VarHandle.acquireFence();
    }
}
