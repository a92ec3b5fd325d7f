package io.millrace.runtime.memory;

import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;

/**
 * How many network segments channels need. Known from the plan alone, so that a job that does not
 * fit is refused before a container is asked for.
 *
 * <p>Unit: segments. Local channels hand over objects and need none.
 *
 * <p>Shape: a partition that n subtasks of other workers read needs n + 1 and uses up to 2n + 8; a
 * gate that reads c subtasks of other workers needs {@code exclusive} for each and 1 that floats,
 * and uses up to {@code exclusive} for each and {@code floating}.
 */
public final class SegmentDemand {
    /** Segments that belong to each channel at its reading end, unless configured otherwise. */
    public static final int EXCLUSIVE_PER_CHANNEL = 2;

    /** Segments that the channels of a gate share besides, unless configured otherwise. */
    public static final int FLOATING_PER_GATE = 8;

    private SegmentDemand() {}

    public static int partitionMinimum(int remoteReaders) {
        return remoteReaders == 0 ? 0 : remoteReaders + 1;
    }

    public static int partitionMaximum(int remoteReaders) {
        return remoteReaders == 0 ? 0 : 2 * remoteReaders + 8;
    }

    /** No floating segment is needed where none is wanted. */
    public static int gateMinimum(int remoteWriters, int exclusive, int floating) {
        return remoteWriters == 0 ? 0 : exclusive * remoteWriters + Math.min(1, floating);
    }

    public static int gateMaximum(int remoteWriters, int exclusive, int floating) {
        return remoteWriters == 0 ? 0 : exclusive * remoteWriters + floating;
    }

    /**
     * The least that the fullest worker needs for a job, wherever its subtasks are placed.
     *
     * <p>Each slot holds at most one subtask of each vertex. A subtask talks to at most as many
     * others as there are slots on other workers.
     *
     * @param slotsPerWorker at least 1
     * @param workers at least 1; with one worker nothing is remote
     */
    public static long requiredOnOneWorker(
            JobGraph job, int slotsPerWorker, int workers, int exclusive, int floating) {
        long elsewhere = (long) slotsPerWorker * (workers - 1);
        long sum = 0;
        for (JobEdge edge : job.edges()) {
            int writers = job.vertex(edge.source()).parallelism();
            int readers = job.vertex(edge.target()).parallelism();
            int mostReaders = 0;
            for (int writer = 0; writer < writers; writer++) {
                int connected =
                        edge.endReader(writer, writers, readers)
                                - edge.firstReader(writer, writers, readers);
                mostReaders = Math.max(mostReaders, connected);
            }
            int mostWriters =
                    edge.pattern() == JobEdge.Pattern.ALL_TO_ALL
                            ? writers
                            : (writers + readers - 1) / readers;
            int remoteReaders = (int) Math.min(mostReaders, elsewhere);
            int remoteWriters = (int) Math.min(mostWriters, elsewhere);
            sum +=
                    (long) Math.min(writers, slotsPerWorker) * partitionMinimum(remoteReaders)
                            + (long) Math.min(readers, slotsPerWorker)
                                    * gateMinimum(remoteWriters, exclusive, floating);
        }
        return sum;
    }

    /** {@link #requiredOnOneWorker(JobGraph, int, int, int, int)} with the usual numbers. */
    public static long requiredOnOneWorker(JobGraph job, int slotsPerWorker, int workers) {
        return requiredOnOneWorker(
                job, slotsPerWorker, workers, EXCLUSIVE_PER_CHANNEL, FLOATING_PER_GATE);
    }

    /**
     * What to tell somebody whose job does not fit, or null if it fits.
     *
     * @param networkBytes of one worker
     */
    public static String refusal(
            JobGraph job, int slotsPerWorker, int workers, long networkBytes, int segmentBytes) {
        long need = requiredOnOneWorker(job, slotsPerWorker, workers);
        long have = networkBytes / segmentBytes;
        if (need <= have) {
            return null;
        }
        return "Network memory of "
                + size(have * segmentBytes)
                + " holds "
                + have
                + " buffers of "
                + size(segmentBytes)
                + "; job '"
                + job.jobName()
                + "' on "
                + workers
                + " workers with "
                + slotsPerWorker
                + " slots needs "
                + need
                + " on each: set taskmanager.memory.network.min to "
                + mebibytes(need * segmentBytes)
                + " MiB or more.";
    }

    /** Rounded up. */
    static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }

    /** For texts: in the largest unit that divides it. */
    static String size(long bytes) {
        if (bytes >= 1 << 20 && bytes % (1 << 20) == 0) {
            return (bytes >> 20) + " MiB";
        }
        return bytes % 1024 == 0 ? (bytes >> 10) + " KiB" : bytes + " bytes";
    }
}
