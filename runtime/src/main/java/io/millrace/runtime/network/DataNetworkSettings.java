package io.millrace.runtime.network;

import io.millrace.runtime.memory.SegmentDemand;

/**
 * What a worker's data network needs to know.
 *
 * @param workerId unique in the application
 * @param host that the data port is bound to and that other workers connect to
 * @param eventLoops threads of the network, 1 to 4
 * @param exclusiveSegments of each channel at its reading end ({@code
 *     taskmanager.network.memory.buffers-per-channel})
 * @param floatingSegments that the channels of a gate share besides ({@code
 *     taskmanager.network.memory.floating-buffers-per-gate})
 * @param maxQueuedSegments of one channel at its writing end; over it the writer waits ({@code
 *     taskmanager.network.memory.max-buffers-per-channel})
 * @param maxRecordBytes a longer record is refused
 * @param connectTimeoutMillis until a connection to another worker stands, with all tries
 * @param openTimeoutMillis how long a reader waits for its writer to appear at the other worker
 * @param lingerTimeoutMillis how long the rest of an ended channel waits for a reader that has not
 *     come
 * @param maxWaitingReaders of all other workers together whose writers have not appeared here yet
 * @param authenticateDataFrames whether each data frame carries a MAC; on a connection where either
 *     end wants it both do it
 * @param limits for those who have not proven themselves yet
 */
public record DataNetworkSettings(
        String workerId,
        String host,
        String applicationId,
        Secret secret,
        int eventLoops,
        int exclusiveSegments,
        int floatingSegments,
        int maxQueuedSegments,
        int maxRecordBytes,
        long connectTimeoutMillis,
        long openTimeoutMillis,
        long lingerTimeoutMillis,
        int maxWaitingReaders,
        boolean authenticateDataFrames,
        UnauthenticatedLimits limits) {

    public DataNetworkSettings {
        atLeast("eventLoops", eventLoops, 1);
        atLeast("taskmanager.network.memory.buffers-per-channel", exclusiveSegments, 1);
        atLeast("taskmanager.network.memory.floating-buffers-per-gate", floatingSegments, 0);
        atLeast("taskmanager.network.memory.max-buffers-per-channel", maxQueuedSegments, 1);
        atLeast("maxRecordBytes", maxRecordBytes, 1);
    }

    private static void atLeast(String what, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    what + " is " + value + "; it must be at least " + least);
        }
    }

    /** Two exclusive segments, eight floating, ten queued; at most four event loops. */
    public static DataNetworkSettings defaults(
            String workerId, String host, String applicationId, Secret secret) {
        return new DataNetworkSettings(
                workerId,
                host,
                applicationId,
                secret,
                Math.min(4, Runtime.getRuntime().availableProcessors()),
                SegmentDemand.EXCLUSIVE_PER_CHANNEL,
                SegmentDemand.FLOATING_PER_GATE,
                10,
                256 << 20,
                60_000,
                120_000,
                600_000,
                65_536,
                false,
                UnauthenticatedLimits.defaults());
    }

    /** With other numbers of segments. */
    public DataNetworkSettings withSegments(int exclusive, int floating, int maxQueued) {
        return new DataNetworkSettings(
                workerId,
                host,
                applicationId,
                secret,
                eventLoops,
                exclusive,
                floating,
                maxQueued,
                maxRecordBytes,
                connectTimeoutMillis,
                openTimeoutMillis,
                lingerTimeoutMillis,
                maxWaitingReaders,
                authenticateDataFrames,
                limits);
    }

    /** With other times. */
    public DataNetworkSettings withTimeouts(
            long connectMillis, long openMillis, long lingerMillis) {
        return new DataNetworkSettings(
                workerId,
                host,
                applicationId,
                secret,
                eventLoops,
                exclusiveSegments,
                floatingSegments,
                maxQueuedSegments,
                maxRecordBytes,
                connectMillis,
                openMillis,
                lingerMillis,
                maxWaitingReaders,
                authenticateDataFrames,
                limits);
    }

    /** With a MAC on each data frame. */
    public DataNetworkSettings withAuthenticatedDataFrames() {
        return new DataNetworkSettings(
                workerId,
                host,
                applicationId,
                secret,
                eventLoops,
                exclusiveSegments,
                floatingSegments,
                maxQueuedSegments,
                maxRecordBytes,
                connectTimeoutMillis,
                openTimeoutMillis,
                lingerTimeoutMillis,
                maxWaitingReaders,
                true,
                limits);
    }
}
