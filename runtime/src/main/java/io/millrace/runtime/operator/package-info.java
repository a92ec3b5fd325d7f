/**
 * What runs inside a chain: sources, functions of the user's, keyed aggregates, sinks.
 *
 * <p>Entry: {@link io.millrace.runtime.operator.ChainBuilder} makes an {@link
 * io.millrace.runtime.operator.OperatorChain} of a {@link io.millrace.runtime.graph.ChainSpec}.
 *
 * <p>Threads: everything belongs to the subtask's thread, except the thread of a source function.
 */
package io.millrace.runtime.operator;
