package io.millrace.runtime.serializer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.function.ToIntFunction;

/**
 * The hash of a key as a handle computes it; only of use as a copy, whose constant is the handle
 * that {@link KeyHashers} makes, so that the JIT compiler can inline it.
 */
final class ComputedHash implements ToIntFunction<Object> {
    /** {@code (Object)int}. */
    private static final MethodHandle HASH;

    static {
        try {
            HASH = MethodHandles.classDataAt(MethodHandles.lookup(), "_", MethodHandle.class, 0);
        } catch (IllegalAccessException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    ComputedHash() {}

    @Override
    public int applyAsInt(Object key) {
        try {
            return (int) HASH.invokeExact(key);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
