package io.millrace.api.type;

/** Finds a field of a type by position or expression. */
public final class FieldAccessors {
    private FieldAccessors() {}

    public static <T> FieldAccessor<T, ?> at(TypeInformation<T> type, int position) {
        throw new UnsupportedOperationException("not yet");
    }

    public static <T> FieldAccessor<T, ?> named(TypeInformation<T> type, String expression) {
        throw new UnsupportedOperationException("not yet");
    }
}
