package io.millrace.runtime.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The hashes of the store's own tables. They are in no file, so that they may be changed.
 *
 * <p>Shape: all 64 bits are mixed; the upper ones find a page, the lower ones a place in it.
 */
final class Hashing {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long FIRST = 0x9e3779b97f4a7c15L;
    private static final long SECOND = 0xd6e8feb86659fd93L;

    private Hashing() {}

    static long number(long value) {
        long h = value * FIRST;
        h ^= h >>> 32;
        h *= SECOND;
        return h ^ h >>> 29;
    }

    static long bytes(byte[] bytes, int offset, int count) {
        long h = count * SECOND;
        int i = 0;
        for (; i + 8 <= count; i += 8) {
            h = (h ^ (long) LONG.get(bytes, offset + i)) * FIRST;
            h ^= h >>> 32;
        }
        long rest = 0;
        for (; i < count; i++) {
            rest = rest << 8 | bytes[offset + i] & 0xff;
        }
        return number(h ^ rest);
    }

    /** Of a key's hash and a number beside it. */
    static long and(long hash, long value) {
        return number(hash + value * SECOND);
    }
}
