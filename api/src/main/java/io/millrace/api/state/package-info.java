/**
 * State of keys and of operators, and how functions take part in checkpoints.
 *
 * <p>Begin with {@link io.millrace.api.state.ValueState} and {@link
 * io.millrace.api.state.CheckpointedFunction}. Belongs to the subtask's thread. Must not import the
 * engine.
 */
package io.millrace.api.state;
