package io.millrace.runtime.local;

import java.time.Duration;

/**
 * The shape of a cluster in one process.
 *
 * @param workers task managers; between two of them records travel over TCP
 * @param networkBytes memory for network buffers of each worker; none is taken with one worker
 * @param managedBytes for the state of each worker; mapped as it is needed
 * @param cancelInterval a cancelled subtask that sits in user code is interrupted this often
 */
public record LocalSettings(
        int workers,
        int slotsPerWorker,
        long networkBytes,
        long managedBytes,
        Duration cancelInterval) {}
