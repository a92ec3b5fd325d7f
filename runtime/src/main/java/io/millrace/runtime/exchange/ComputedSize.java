package io.millrace.runtime.exchange;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.function.ToIntFunction;

/**
 * The size of a record as a handle computes it; only of use as a copy, whose constant is the handle
 * that {@link RecordSize} makes, so that the JIT compiler can inline it.
 */
final class ComputedSize implements ToIntFunction<Object> {
    /** {@code (Object)long}. */
    private static final MethodHandle SIZE;

    static {
        try {
            SIZE = MethodHandles.classDataAt(MethodHandles.lookup(), "_", MethodHandle.class, 0);
        } catch (IllegalAccessException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    ComputedSize() {}

    @Override
    public int applyAsInt(Object record) {
        try {
            return (int) Math.min((long) SIZE.invokeExact(record), Integer.MAX_VALUE);
        } catch (ClassCastException e) {
            // not of the type that was declared; whoever uses it says so better
            return 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
