/**
 * The process of a worker container.
 *
 * <p>Entry: {@link io.millrace.worker.ContainerWorker}. Everything it decides is the task manager's
 * of {@code io.millrace.runtime.worker}; here are only the ports. Must not import YARN.
 */
package io.millrace.worker;
