package io.millrace.api.time;

import java.io.Serializable;

/** Makes a timestamp assigner in each subtask. */
@FunctionalInterface
public interface TimestampAssignerSupplier<T> extends Serializable {

    TimestampAssigner<T> createTimestampAssigner(Context context);

    /** What the supplier is told; nothing yet. */
    interface Context {}

    /** The assigner itself, which every subtask gets a copy of. */
    static <T> TimestampAssignerSupplier<T> of(SerializableTimestampAssigner<T> assigner) {
        return context -> assigner;
    }
}
