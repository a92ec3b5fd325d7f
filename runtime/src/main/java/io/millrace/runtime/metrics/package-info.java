/**
 * What user functions count and measure: from the subtask that owns it to the job's result.
 *
 * <p>Entry: {@link io.millrace.runtime.metrics.SubtaskValues} in the subtask, {@link
 * io.millrace.runtime.metrics.JobValues} for the sums over a job.
 *
 * <p>Not to be imported: anything of tasks, masters and workers.
 */
package io.millrace.runtime.metrics;
