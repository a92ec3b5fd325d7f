/**
 * The whole engine in one process, for IDEs, tests and benchmarks.
 *
 * <p>Entry: {@link io.millrace.runtime.local.LocalExecutor}, which a program's {@code execute()}
 * finds by itself; {@link io.millrace.runtime.local.LocalCluster} for whoever has a job graph.
 */
package io.millrace.runtime.local;
