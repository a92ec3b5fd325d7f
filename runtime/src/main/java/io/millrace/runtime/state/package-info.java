/**
 * Keyed state: bytes in managed memory, found by key, key group and namespace.
 *
 * <p>Begin at {@link io.millrace.runtime.state.KeyedStateStore}: one for each keyed operator of a
 * subtask, made of {@link io.millrace.runtime.state.KeyedStateSettings}. Operators keep what they
 * need in the handles it gives out ({@link io.millrace.runtime.state.StoredValue} and its sisters).
 * Which one a job has, {@link io.millrace.runtime.state.StateBackends} finds out; what another
 * backend needs of shapes and snapshots is public for it.
 *
 * <p>Threads: a store and its handles belong to the subtask's thread; a {@link
 * io.millrace.runtime.state.StateSnapshot} is written and closed by another.
 *
 * <p>Knows serializers, key groups and memory; no operators, edges or files.
 */
package io.millrace.runtime.state;
