package io.millrace.runtime.serializer;

import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.generate.JobClasses;

/** Serializers whose bytes are equal if and only if the values are. */
public final class KeySerializers {
    private KeySerializers() {}

    public static <T> TypeSerializer<T> compile(TypeInformation<T> type, JobClasses classes) {
        return Serializers.compile(type, classes);
    }
}
