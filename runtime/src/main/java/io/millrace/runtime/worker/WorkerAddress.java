package io.millrace.runtime.worker;

/**
 * Where a worker's data connections arrive.
 *
 * @param workerId unique in the application; on YARN the container's id
 */
public record WorkerAddress(String workerId, String host, int dataPort) {}
