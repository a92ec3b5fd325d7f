package io.millrace.runtime.serializer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;

/**
 * Says whether all characters of a text fit a byte each.
 *
 * <p>A string knows: it keeps such characters as bytes, and others never so, or {@link
 * String#equals} would not work. But it does not tell, and to look at each character takes longer
 * than all else that is done to write it. So its mark is read where this JVM lets us, and the
 * characters are looked at elsewhere: before JDK 24, whose warnings about this nobody could heed.
 */
final class LatinText {
    private static final int LAST_JDK = 23;
    private static final byte LATIN = 0;

    /** {@code (Object string, long offset) -> byte}, or null. */
    private static final MethodHandle GET_BYTE;

    private static final long CODER_OFFSET;

    static {
        MethodHandle getByte = null;
        long offset = 0;
        if (Runtime.version().feature() <= LAST_JDK) {
            try {
                Class<?> unsafeClass = Class.forName("sun.misc.Unsafe");
                Field instance = unsafeClass.getDeclaredField("theUnsafe");
                instance.setAccessible(true);
                Object unsafe = instance.get(null);
                offset =
                        (long)
                                unsafeClass
                                        .getMethod("objectFieldOffset", Field.class)
                                        .invoke(unsafe, String.class.getDeclaredField("coder"));
                getByte =
                        MethodHandles.publicLookup()
                                .findVirtual(
                                        unsafeClass,
                                        "getByte",
                                        MethodType.methodType(byte.class, Object.class, long.class))
                                .bindTo(unsafe);
                if (!marks("\u00ff", getByte, offset) || marks("\u0100", getByte, offset)) {
                    getByte = null; // another JVM's strings: -XX:-CompactStrings is one
                }
            } catch (ReflectiveOperationException | RuntimeException e) {
                getByte = null;
            }
        }
        GET_BYTE = getByte;
        CODER_OFFSET = offset;
    }

    private LatinText() {}

    private static boolean marks(String text, MethodHandle getByte, long offset) {
        try {
            return (byte) getByte.invokeExact((Object) text, offset) == LATIN;
        } catch (Throwable e) {
            throw new IllegalStateException("A byte of a string cannot be read", e);
        }
    }

    /** Whether no character is above 0xff. */
    static boolean is(String text) {
        return GET_BYTE == null ? hasOnlyLatin(text) : marks(text, GET_BYTE, CODER_OFFSET);
    }

    static boolean hasOnlyLatin(String text) {
        int all = 0;
        for (int i = 0; i < text.length(); i++) {
            all |= text.charAt(i);
        }
        return all <= 0xff;
    }
}
