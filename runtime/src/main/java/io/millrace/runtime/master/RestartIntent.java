package io.millrace.runtime.master;

import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.schedule.RestartStrategy;
import java.util.List;

/**
 * Regions that are to start again, on record before the first of their attempts is told to end: no
 * later master keeps what is left of them. It is carried out for a region as soon as that has a
 * newer generation.
 *
 * <p>The newest one also tells how often the job has failed, so that the count does not begin anew
 * with each master.
 *
 * @param wallMillis when the last failure that counts was, milliseconds since 1970; 0 if there was
 *     none
 * @param restarts of the job after failures, by all masters, those included that are on their way
 * @param memory of the restart strategy, after this failure
 */
public record RestartIntent(
        List<Abandoned> regions, long wallMillis, int restarts, RestartStrategy.Memory memory) {
    public RestartIntent {
        regions = List.copyOf(regions);
    }

    /**
     * @param region its index
     * @param upTo the newest generation of the region that is not to be kept
     */
    public record Abandoned(int region, Generation upTo) {}

    /** Whether a generation of a region is not to be kept. */
    boolean abandons(int region, Generation generation) {
        return regions.stream()
                .anyMatch(a -> a.region() == region && generation.compareTo(a.upTo()) <= 0);
    }
}
