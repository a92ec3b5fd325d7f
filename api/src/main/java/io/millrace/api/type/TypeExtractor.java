package io.millrace.api.type;

import io.millrace.api.function.Function;
import io.millrace.api.function.KeySelector;
import java.lang.reflect.Type;

/** Finds out the types of classes, values and functions. */
public final class TypeExtractor {
    private TypeExtractor() {}

    public static <T> TypeInformation<T> forClass(Class<T> type) {
        throw new UnsupportedOperationException("not yet");
    }

    public static TypeInformation<?> forType(Type type) {
        throw new UnsupportedOperationException("not yet");
    }

    public static <T> TypeInformation<T> forObject(T value) {
        throw new UnsupportedOperationException("not yet");
    }

    public static <O> TypeInformation<O> outputOf(
            Function function,
            Class<?> baseType,
            int typeParameter,
            TypeInformation<?> inputType) {
        throw new UnsupportedOperationException("not yet");
    }

    public static <K> TypeInformation<K> keyOf(
            KeySelector<?, K> selector, TypeInformation<?> inputType) {
        throw new UnsupportedOperationException("not yet");
    }
}
