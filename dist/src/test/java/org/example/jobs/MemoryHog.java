package org.example.jobs;

import io.millrace.api.StreamExecutionEnvironment;
import java.lang.reflect.Field;
import sun.misc.Unsafe;

/**
 * Takes native memory that no limit of the JVM knows of, and touches it, until its node kills the
 * container.
 */
public final class MemoryHog {
    private static final long CHUNK_BYTES = 64L << 20;
    private static final long PAGE_BYTES = 4096;

    private MemoryHog() {}

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, Long.MAX_VALUE).map(MemoryHog::takeMore).name("hog").print();
        env.execute("Memory hog");
    }

    private static long takeMore(long number) throws ReflectiveOperationException {
        Field field = Unsafe.class.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        Unsafe unsafe = (Unsafe) field.get(null);
        long address = unsafe.allocateMemory(CHUNK_BYTES);
        for (long offset = 0; offset < CHUNK_BYTES; offset += PAGE_BYTES) {
            unsafe.putByte(address + offset, (byte) 1);
        }
        return number;
    }
}
