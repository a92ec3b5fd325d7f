/**
 * One subtask: its deployment, its mailbox, its loop, its thread.
 *
 * <p>Entry: {@link io.millrace.runtime.task.Subtasks}, what a worker starts subtasks with. {@code
 * Subtask.step} is the loop's body; {@link io.millrace.runtime.task.ThreadedSubtasks} drives it on
 * a thread, {@link io.millrace.runtime.task.SteppedSubtasks} in a simulation.
 */
package io.millrace.runtime.task;
