/**
 * From a program to something that can be run: transformations, stream graph, job graph.
 *
 * <p>Entry: {@link io.millrace.runtime.graph.JobPlanner}. What leaves it, {@link
 * io.millrace.runtime.graph.JobGraph}, holds only engine types and bytes.
 */
package io.millrace.runtime.graph;
