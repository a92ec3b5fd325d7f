package io.millrace.runtime.worker;

import io.millrace.runtime.control.ToMaster.WorkerStart;
import java.time.Duration;

/**
 * What a task manager is told by its process.
 *
 * @param slots {@code taskmanager.numberOfTaskSlots}
 * @param lease how long it stays without a master; longer than the cluster takes to start the next
 *     one. Only resources hang on it, never correctness
 * @param leaveTimeout how long cancelled tasks may take before the worker leaves all the same
 * @param start times of the process; the time of the connection is filled in
 */
public record WorkerSettings(
        WorkerAddress address,
        int slots,
        Duration lease,
        Duration leaveTimeout,
        WorkerStart start) {}
