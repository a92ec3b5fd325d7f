/**
 * A job at full rate on the development Hadoop, while its processes and those of Hadoop are killed
 * and stopped; afterwards each record that it has counted is compared with what its generator must
 * have produced.
 *
 * <p>Reading order: {@link io.millrace.chaos.Events}, {@link io.millrace.chaos.ChaosJob}, {@link
 * io.millrace.chaos.Expectation}, {@link io.millrace.chaos.Fault}, {@link
 * io.millrace.chaos.ChaosRun}.
 */
package io.millrace.chaos;
