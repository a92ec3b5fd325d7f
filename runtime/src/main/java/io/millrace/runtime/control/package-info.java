/**
 * The messages between application master, workers and clients, and how they become bytes.
 *
 * <p>The channel is at-most-once and ordered for each connection. The protocol is by state: a
 * worker begins each connection with a full {@link io.millrace.runtime.control.ToMaster.Report};
 * the master compares it with what it wants and sends what is missing.
 */
package io.millrace.runtime.control;
