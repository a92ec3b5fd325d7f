/**
 * The application master's side of a job: {@link io.millrace.runtime.master.JobMaster} is the one
 * loop that owns it, with the workers ({@code WorkerPool}), their containers ({@code
 * ContainerLedger}) and the job record ({@code JobRecord}) as its parts.
 *
 * <p>Events come in as {@link io.millrace.runtime.master.MasterEvent}, calls go out through {@link
 * io.millrace.runtime.master.MasterPorts}. A second job of the same master would be a second {@code
 * JobMaster} on the same loop, with the pool of workers taken out to be shared.
 *
 * <p>Not imported here: threads, sockets, files, clocks, chance; a test sees to it.
 */
package io.millrace.runtime.master;
