/**
 * Values that the subtasks of a job add up and that its program reads when the job has finished.
 *
 * <p>Entry: {@link io.millrace.api.function.RuntimeContext#getLongCounter} and its neighbours
 * inside a rich function, {@link io.millrace.api.JobExecutionResult#getAccumulatorResult} in the
 * program.
 */
package io.millrace.api.accumulator;
