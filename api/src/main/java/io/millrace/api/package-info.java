/**
 * Where a program begins and what it is run with.
 *
 * <p>Begin with {@link io.millrace.api.StreamExecutionEnvironment}. Everything here belongs to the
 * thread that runs the program's main method unless it says otherwise.
 *
 * <p>Must not import the engine: {@link io.millrace.api.JobExecutor} is how it is reached.
 */
package io.millrace.api;
