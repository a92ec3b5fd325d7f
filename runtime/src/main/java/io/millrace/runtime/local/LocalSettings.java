package io.millrace.runtime.local;

import java.time.Duration;

/**
 * The shape of a cluster in one process.
 *
 * @param workers task managers; between two of them records travel over TCP
 * @param networkBytes memory for network buffers of each worker; none is taken with one worker
 * @param bufferTimeout an open batch is flushed this often; negative: only when it is full or its
 *     writer waits
 * @param cancelInterval a cancelled subtask that sits in user code is interrupted this often
 */
public record LocalSettings(
        int workers,
        int slotsPerWorker,
        long networkBytes,
        boolean objectReuse,
        Duration bufferTimeout,
        Duration cancelInterval) {}
