package io.millrace.connector.file.sink;

import io.millrace.api.MemorySize;
import java.io.IOException;
import java.time.Duration;

/**
 * Ends a file that is large enough, old enough, or to which nothing was added for long enough.
 * Default: 128 MiB, 60 s, 60 s.
 */
public final class DefaultRollingPolicy<IN, BucketID> implements RollingPolicy<IN, BucketID> {
    private static final long serialVersionUID = 1L;

    private final long partSizeBytes;
    private final long rolloverMillis;
    private final long inactivityMillis;

    private DefaultRollingPolicy(long partSizeBytes, long rolloverMillis, long inactivityMillis) {
        this.partSizeBytes = partSizeBytes;
        this.rolloverMillis = rolloverMillis;
        this.inactivityMillis = inactivityMillis;
    }

    public static PolicyBuilder builder() {
        return new PolicyBuilder(128L << 20, 60_000, 60_000);
    }

    /** As {@link #builder}, for older programs. */
    public static PolicyBuilder create() {
        return builder();
    }

    @Override
    public boolean shouldRollOnCheckpoint(PartFileInfo<BucketID> partFileState) throws IOException {
        return partFileState.getSize() > partSizeBytes;
    }

    @Override
    public boolean shouldRollOnEvent(PartFileInfo<BucketID> partFileState, IN element)
            throws IOException {
        return partFileState.getSize() > partSizeBytes;
    }

    @Override
    public boolean shouldRollOnProcessingTime(
            PartFileInfo<BucketID> partFileState, long currentTime) {
        return currentTime - partFileState.getCreationTime() >= rolloverMillis
                || currentTime - partFileState.getLastUpdateTime() >= inactivityMillis;
    }

    @Override
    public String toString() {
        return "DefaultRollingPolicy{"
                + partSizeBytes
                + " bytes, rollover "
                + rolloverMillis
                + " ms, inactivity "
                + inactivityMillis
                + " ms}";
    }

    /** Collects the limits; each of them is at least 1. */
    public static final class PolicyBuilder {
        private final long partSizeBytes;
        private final long rolloverMillis;
        private final long inactivityMillis;

        private PolicyBuilder(long partSizeBytes, long rolloverMillis, long inactivityMillis) {
            this.partSizeBytes = partSizeBytes;
            this.rolloverMillis = rolloverMillis;
            this.inactivityMillis = inactivityMillis;
        }

        private static long positive(String what, long value) {
            if (value < 1) {
                throw new IllegalArgumentException(
                        what + " is " + value + "; it must be at least 1.");
            }
            return value;
        }

        /** A file that is larger ends before the next record. */
        public PolicyBuilder withMaxPartSize(MemorySize size) {
            return withMaxPartSize(size.getBytes());
        }

        /**
         * @param sizeBytes at least 1
         */
        public PolicyBuilder withMaxPartSize(long sizeBytes) {
            return new PolicyBuilder(
                    positive("The maximum size of a part", sizeBytes),
                    rolloverMillis,
                    inactivityMillis);
        }

        /** A file to which nothing was added for so long ends. */
        public PolicyBuilder withInactivityInterval(Duration interval) {
            return withInactivityInterval(interval.toMillis());
        }

        /**
         * @param intervalMillis at least 1
         */
        public PolicyBuilder withInactivityInterval(long intervalMillis) {
            return new PolicyBuilder(
                    partSizeBytes,
                    rolloverMillis,
                    positive("The inactivity interval in milliseconds", intervalMillis));
        }

        /** A file that is so old ends. */
        public PolicyBuilder withRolloverInterval(Duration interval) {
            return withRolloverInterval(interval.toMillis());
        }

        /**
         * @param intervalMillis at least 1
         */
        public PolicyBuilder withRolloverInterval(long intervalMillis) {
            return new PolicyBuilder(
                    partSizeBytes,
                    positive("The rollover interval in milliseconds", intervalMillis),
                    inactivityMillis);
        }

        public <IN, BucketID> DefaultRollingPolicy<IN, BucketID> build() {
            return new DefaultRollingPolicy<>(partSizeBytes, rolloverMillis, inactivityMillis);
        }
    }
}
