/**
 * The functions that a job author writes and what they are given.
 *
 * <p>Begin with {@link io.millrace.api.function.MapFunction} and {@link
 * io.millrace.api.function.RichFunction}. Functions travel to the workers by Java serialization;
 * each subtask calls its own copy from one thread.
 *
 * <p>Must not import the engine.
 */
package io.millrace.api.function;
