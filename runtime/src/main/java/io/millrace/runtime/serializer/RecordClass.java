package io.millrace.runtime.serializer;

import io.millrace.api.type.CompositeType;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.List;

/**
 * The hidden class that was generated for a tuple, POJO or record, or for a field of one; kept for
 * the job.
 *
 * <p>The class is unloaded when neither this object nor an instance is reachable.
 *
 * <p>Threads: any; each thread makes instances of its own.
 */
final class RecordClass {
    private final Constructor<?> constructor;
    private final String refusal;

    private RecordClass(Constructor<?> constructor, String refusal) {
        this.constructor = constructor;
        this.refusal = refusal;
    }

    /**
     * Generates a {@link FlaggedSerializer} for a whole type, a {@link FieldSeeker} for a field.
     *
     * @param place of a composite type
     */
    static RecordClass generate(TypePlace place) {
        RecordAccess access;
        try {
            access = new RecordAccess(place.composite());
        } catch (IllegalAccessException e) {
            return new RecordClass(null, refusal(place.composite(), e));
        }
        RecordCode code = new RecordCode(place.composite(), place.encoding(), access);
        byte[] bytes =
                place.field() == TypePlace.WHOLE
                        ? RecordSerializerCode.of(code)
                        : FieldSeekerCode.of(code, place.field());
        try {
            Constructor<?> constructor =
                    access.host()
                            .defineHiddenClassWithClassData(
                                    bytes,
                                    code.classData(),
                                    true,
                                    MethodHandles.Lookup.ClassOption.NESTMATE)
                            .lookupClass()
                            .getDeclaredConstructors()[0];
            constructor.setAccessible(true);
            return new RecordClass(constructor, null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(
                    "What was generated for " + place + " cannot be used", e);
        }
    }

    /** Why Kryo has to write the type, as a sentence, or null. */
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
     * @param parts the serializers of the fields, by position
     * @param own writes values of other classes
     */
    <T> T instance(Class<T> type, List<ValueSerializer<?>> parts, ValueSerializer<?> own) {
        try {
            return type.cast(constructor.newInstance(parts.toArray(ValueSerializer[]::new), own));
        } catch (InstantiationException | IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("A generated constructor failed", e);
        }
    }
}
