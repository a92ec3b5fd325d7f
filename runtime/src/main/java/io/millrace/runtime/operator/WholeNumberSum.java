package io.millrace.runtime.operator;

import io.millrace.api.function.ReduceFunction;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/**
 * Adds up a field of a whole number, boxed or not; only of use as a copy, whose constants are the
 * field's handles as {@link FieldAggregates} makes them.
 */
final class WholeNumberSum implements ReduceFunction<Object> {
    private static final long serialVersionUID = 1L;

    /** {@code (Object)long}. */
    private static final MethodHandle GET;

    /** {@code (Object,long)Object}. */
    private static final MethodHandle REPLACE;

    static {
        try {
            MethodHandles.Lookup self = MethodHandles.lookup();
            GET = MethodHandles.classDataAt(self, "_", MethodHandle.class, 0);
            REPLACE = MethodHandles.classDataAt(self, "_", MethodHandle.class, 1);
        } catch (IllegalAccessException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    WholeNumberSum() {}

    @Override
    public Object reduce(Object sum, Object value) throws Exception {
        try {
            long added = (long) GET.invokeExact(sum) + (long) GET.invokeExact(value);
            return (Object) REPLACE.invokeExact(sum, added);
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
