/**
 * From a job graph to attempts in slots: {@link io.millrace.runtime.schedule.ExecutionGraph} knows
 * every subtask and its present attempt, {@link io.millrace.runtime.schedule.SlotSharing} and
 * {@link io.millrace.runtime.schedule.SplitAssignment} deal slots and input out, {@link
 * io.millrace.runtime.schedule.RestartStrategy} decides whether a failed job starts again.
 *
 * <p>Plain classes, owned by the master's loop; the same input gives the same plan.
 */
package io.millrace.runtime.schedule;
