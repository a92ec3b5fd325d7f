/**
 * What a program holds of the job that it has started, where the job's master runs in the same
 * process: in an IDE, a test, and in application mode.
 *
 * <p>Entry: {@link io.millrace.runtime.program.MasterJobClient}. Asks the master by events; decides
 * nothing.
 */
package io.millrace.runtime.program;
