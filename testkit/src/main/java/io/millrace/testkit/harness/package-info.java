/**
 * Harnesses for job authors: a function, an operator or a whole task of a program, driven by a test
 * with a clock by hand, and saved and restored between any two records.
 *
 * <p>Entry: {@link io.millrace.testkit.harness.ProcessFunctionTestHarnesses} for process functions,
 * {@link io.millrace.testkit.harness.OneInputStreamOperatorTestHarness} for all that is done with a
 * stream, {@link io.millrace.testkit.harness.TaskProgram} for several channels and barriers by
 * hand.
 */
package io.millrace.testkit.harness;
