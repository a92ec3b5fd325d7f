package io.millrace.runtime.serializer;

import io.millrace.api.type.CompositeType;
import java.util.List;

/**
 * The generated class that finds one field in the bytes of one tuple, POJO or record, kept for the
 * job.
 *
 * <p>Threads: any; each thread makes instances of its own.
 */
final class FieldSeekers {
    /** What the class depends on. */
    record Key(CompositeType<?> type, int field, Encoding encoding) {}

    private final RecordClass generated;

    private FieldSeekers(RecordClass generated) {
        this.generated = generated;
    }

    /** Generates the class. */
    static FieldSeekers generate(Key key) {
        try {
            RecordAccess access = new RecordAccess(key.type());
            RecordSerializerCode code =
                    new RecordSerializerCode(key.type(), key.encoding(), access);
            return new FieldSeekers(
                    RecordClass.define(access.host(), code.seeker(key.field()), code.classData()));
        } catch (IllegalAccessException e) {
            return new FieldSeekers(null);
        }
    }

    /** Whether there is a class; if not, Kryo writes the type. */
    boolean isGenerated() {
        return generated != null;
    }

    /**
     * @param parts the serializers of the fields up to this one, by position
     */
    FieldSeeker instance(List<ValueSerializer<?>> parts, ValueSerializer<?> own) {
        return generated.instance(FieldSeeker.class, parts, own);
    }
}
