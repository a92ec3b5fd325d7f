package io.millrace.api.source;

import io.millrace.api.InvalidProgramException;
import java.io.Serializable;

/** How fast a source may be, all its readers together. */
@FunctionalInterface
public interface RateLimiterStrategy extends Serializable {

    /** Makes the limiter of one reader out of so many. */
    RateLimiter createRateLimiter(int parallelism);

    /**
     * @param recordsPerSecond of all readers together, above 0
     */
    static RateLimiterStrategy perSecond(double recordsPerSecond) {
        if (!(recordsPerSecond > 0) || Double.isInfinite(recordsPerSecond)) {
            throw new InvalidProgramException(
                    "A source was limited to "
                            + recordsPerSecond
                            + " records in a second; it must be more than 0. Use"
                            + " RateLimiterStrategy.noOp() for no limit.");
        }
        return parallelism -> new PacedLimiter(recordsPerSecond / parallelism, System::nanoTime);
    }

    /**
     * @param recordsPerCheckpoint of all readers together, from one complete checkpoint to the
     *     next; rounded up to a multiple of the parallelism
     */
    static RateLimiterStrategy perCheckpoint(int recordsPerCheckpoint) {
        if (recordsPerCheckpoint < 1) {
            throw new InvalidProgramException(
                    "A source was limited to "
                            + recordsPerCheckpoint
                            + " records for each checkpoint; it must be at least 1.");
        }
        return parallelism ->
                new CheckpointLimiter((recordsPerCheckpoint + parallelism - 1) / parallelism);
    }

    /** As fast as it can. */
    static RateLimiterStrategy noOp() {
        return parallelism -> NoLimit.INSTANCE;
    }
}
