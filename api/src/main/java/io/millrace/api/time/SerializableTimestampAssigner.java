package io.millrace.api.time;

import java.io.Serializable;

/** A timestamp assigner that can be sent to the workers, such as a lambda. */
@FunctionalInterface
public interface SerializableTimestampAssigner<T> extends TimestampAssigner<T>, Serializable {}
