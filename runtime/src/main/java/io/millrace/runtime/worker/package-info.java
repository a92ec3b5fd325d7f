/**
 * A worker's process: {@link io.millrace.runtime.worker.TaskManager} is the one loop that owns its
 * subtasks and obeys the newest master it has met.
 *
 * <p>Events come in as {@link io.millrace.runtime.worker.WorkerEvent}, calls go out through {@link
 * io.millrace.runtime.worker.WorkerPorts}.
 */
package io.millrace.runtime.worker;
