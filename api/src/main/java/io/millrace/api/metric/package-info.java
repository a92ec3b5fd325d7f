/**
 * Measurements that a rich function makes while it runs: counters, gauges, meters, histograms.
 *
 * <p>Entry: {@link io.millrace.api.function.RuntimeContext#getMetricGroup}. Each subtask reports
 * its values about once a second and when it ends.
 */
package io.millrace.api.metric;
