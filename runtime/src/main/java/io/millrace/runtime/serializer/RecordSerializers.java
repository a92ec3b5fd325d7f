package io.millrace.runtime.serializer;

import io.millrace.api.type.CompositeType;
import java.util.List;

/**
 * The generated serializer class of one tuple, POJO or record, kept for the job.
 *
 * <p>Threads: any; each thread makes instances of its own.
 */
final class RecordSerializers {
    /** What the class depends on. */
    record Key(CompositeType<?> type, Encoding encoding) {}

    private final RecordClass generated;
    private final String refusal;

    private RecordSerializers(RecordClass generated, String refusal) {
        this.generated = generated;
        this.refusal = refusal;
    }

    /** Generates the class. */
    static RecordSerializers generate(Key key) {
        try {
            RecordAccess access = new RecordAccess(key.type());
            RecordSerializerCode code =
                    new RecordSerializerCode(key.type(), key.encoding(), access);
            return new RecordSerializers(
                    RecordClass.define(access.host(), code.serializer(), code.classData()), null);
        } catch (IllegalAccessException e) {
            return new RecordSerializers(null, refusal(key.type(), e));
        }
    }

    /** Why Kryo has to write the type, or null. */
    static String refusal(CompositeType<?> type) {
        try {
            RecordAccess.check(type);
            return null;
        } catch (IllegalAccessException e) {
            return refusal(type, e);
        }
    }

    private static String refusal(CompositeType<?> type, IllegalAccessException e) {
        return type.getTypeClass().getName()
                + " is in a module that is closed to the engine: "
                + e.getMessage()
                + "; open the package to it. Kryo writes the type, which is slower.";
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
        return generated.instance(FlaggedSerializer.class, parts, own);
    }
}
