package io.millrace.runtime.serializer;

import io.millrace.api.type.CompositeType;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;

/**
 * The generated serializer class of one tuple, POJO or record, kept for the job.
 *
 * <p>Threads: any; each thread makes instances of its own.
 */
final class RecordSerializers {
    /**
     * What the class depends on.
     *
     * @param type its fields and theirs
     */
    record Key(CompositeType<?> type, Encoding encoding) {}

    private final MethodHandle constructor;
    private final String refusal;

    private RecordSerializers(MethodHandle constructor, String refusal) {
        this.constructor = constructor;
        this.refusal = refusal;
    }

    /** Generates the class. */
    static RecordSerializers generate(Key key) {
        RecordAccess access;
        try {
            access = new RecordAccess(key.type());
        } catch (IllegalAccessException e) {
            return new RecordSerializers(null, refusal(key.type(), e));
        }
        RecordSerializerCode code = new RecordSerializerCode(key, access);
        try {
            MethodHandles.Lookup generated =
                    access.host()
                            .defineHiddenClassWithClassData(
                                    code.bytes(),
                                    code.classData(),
                                    true,
                                    MethodHandles.Lookup.ClassOption.NESTMATE);
            return new RecordSerializers(
                    generated
                            .findConstructor(
                                    generated.lookupClass(),
                                    MethodType.methodType(
                                            void.class,
                                            ValueSerializer[].class,
                                            ValueSerializer.class))
                            .asType(
                                    MethodType.methodType(
                                            FlaggedSerializer.class,
                                            ValueSerializer[].class,
                                            ValueSerializer.class)),
                    null);
        } catch (IllegalAccessException | NoSuchMethodException e) {
            throw new IllegalStateException(
                    "The class generated for " + key.type() + " cannot be used", e);
        }
    }

    /** Why Kryo has to write the type, or null. */
    static String refusal(CompositeType<?> type) {
        try {
            new RecordAccess(type);
            return null;
        } catch (IllegalAccessException e) {
            return refusal(type, e);
        }
    }

    private static String refusal(CompositeType<?> type, IllegalAccessException e) {
        return type.getTypeClass().getName()
                + " is in a module that is closed to the engine: "
                + e.getMessage();
    }

    /** Why there is no class: the type cannot be reached; null if there is one. */
    String refusal() {
        return refusal;
    }

    /**
     * @param parts the serializers of all fields, by position
     * @param own writes values of subclasses
     */
    FlaggedSerializer<?> instance(List<ValueSerializer<?>> parts, ValueSerializer<?> own) {
        try {
            return (FlaggedSerializer<?>)
                    constructor.invokeExact(
                            parts.toArray(ValueSerializer[]::new), (ValueSerializer) own);
        } catch (Throwable e) {
            throw new IllegalStateException("A generated constructor failed", e);
        }
    }
}
