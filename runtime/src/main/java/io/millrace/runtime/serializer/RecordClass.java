package io.millrace.runtime.serializer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;

/**
 * A hidden class that was generated for a tuple, POJO or record.
 *
 * <p>Shape: its constructor takes the serializers of fields by position, and the one that writes
 * values of other classes. The class is unloaded when neither this object nor an instance is
 * reachable.
 *
 * <p>Threads: any.
 */
final class RecordClass {
    private final MethodHandle constructor;

    private RecordClass(MethodHandle constructor) {
        this.constructor = constructor;
    }

    /**
     * @param host has all the rights of a class in the same package, whose nest the class joins
     * @param classData what its code finds by position
     */
    static RecordClass define(MethodHandles.Lookup host, byte[] bytes, List<Object> classData) {
        try {
            MethodHandles.Lookup generated =
                    host.defineHiddenClassWithClassData(
                            bytes, classData, true, MethodHandles.Lookup.ClassOption.NESTMATE);
            MethodType parameters =
                    MethodType.methodType(
                            void.class, ValueSerializer[].class, ValueSerializer.class);
            return new RecordClass(
                    generated
                            .findConstructor(generated.lookupClass(), parameters)
                            .asType(parameters.changeReturnType(Object.class)));
        } catch (IllegalAccessException | NoSuchMethodException e) {
            throw new IllegalStateException(
                    "What was generated beside " + host.lookupClass() + " cannot be used", e);
        }
    }

    <T> T instance(Class<T> type, List<ValueSerializer<?>> parts, ValueSerializer<?> own) {
        try {
            return type.cast(
                    (Object)
                            constructor.invokeExact(
                                    parts.toArray(ValueSerializer[]::new), (ValueSerializer) own));
        } catch (Throwable e) {
            throw new IllegalStateException("A generated constructor failed", e);
        }
    }
}
