package io.millrace.api.state;

import static java.util.Objects.requireNonNull;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.time.Time;
import java.io.Serializable;
import java.time.Duration;

/**
 * How long what a state holds is remembered, by processing time.
 *
 * <p>Lists and maps forget element by element. Expired entries are removed when the store is
 * compacted and when they are met; the cleanup settings are accepted and change nothing, as the
 * store needs none of them.
 */
public final class StateTtlConfig implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Everything is remembered. */
    public static final StateTtlConfig DISABLED =
            new StateTtlConfig(
                    UpdateType.Disabled, StateVisibility.NeverReturnExpired, Duration.ZERO);

    /** What begins the time anew. */
    public enum UpdateType {
        Disabled,
        OnCreateAndWrite,
        OnReadAndWrite
    }

    /** Whether what has expired may still be read until it is removed. */
    public enum StateVisibility {
        ReturnExpiredIfNotCleanedUp,
        NeverReturnExpired
    }

    /** Which clock counts. */
    public enum TtlTimeCharacteristic {
        ProcessingTime
    }

    private final UpdateType updateType;
    private final StateVisibility stateVisibility;
    private final Duration timeToLive;

    private StateTtlConfig(
            UpdateType updateType, StateVisibility stateVisibility, Duration timeToLive) {
        this.updateType = updateType;
        this.stateVisibility = stateVisibility;
        this.timeToLive = timeToLive;
    }

    public static Builder newBuilder(Time timeToLive) {
        return newBuilder(timeToLive.toDuration());
    }

    /**
     * @param timeToLive at least 1 ms
     */
    public static Builder newBuilder(Duration timeToLive) {
        return new Builder(timeToLive);
    }

    public boolean isEnabled() {
        return updateType != UpdateType.Disabled;
    }

    public UpdateType getUpdateType() {
        return updateType;
    }

    public StateVisibility getStateVisibility() {
        return stateVisibility;
    }

    public Duration getTimeToLive() {
        return timeToLive;
    }

    /** As {@link #getTimeToLive}, for older programs. */
    public Time getTtl() {
        return Time.fromDuration(timeToLive);
    }

    /** Begins with writes counting, and nothing expired being read. */
    public static final class Builder {
        private UpdateType updateType = UpdateType.OnCreateAndWrite;
        private StateVisibility stateVisibility = StateVisibility.NeverReturnExpired;
        private Duration timeToLive;

        private Builder(Duration timeToLive) {
            setTimeToLive(timeToLive);
        }

        public Builder setUpdateType(UpdateType type) {
            this.updateType = requireNonNull(type, "type");
            return this;
        }

        public Builder updateTtlOnCreateAndWrite() {
            return setUpdateType(UpdateType.OnCreateAndWrite);
        }

        public Builder updateTtlOnReadAndWrite() {
            return setUpdateType(UpdateType.OnReadAndWrite);
        }

        public Builder setStateVisibility(StateVisibility visibility) {
            this.stateVisibility = requireNonNull(visibility, "visibility");
            return this;
        }

        public Builder returnExpiredIfNotCleanedUp() {
            return setStateVisibility(StateVisibility.ReturnExpiredIfNotCleanedUp);
        }

        public Builder neverReturnExpired() {
            return setStateVisibility(StateVisibility.NeverReturnExpired);
        }

        /** There is but one. */
        public Builder setTtlTimeCharacteristic(TtlTimeCharacteristic characteristic) {
            requireNonNull(characteristic, "characteristic");
            return this;
        }

        public Builder useProcessingTime() {
            return this;
        }

        public Builder setTimeToLive(Duration timeToLive) {
            if (Time.millisOf(timeToLive, "The time to live of a state") < 1) {
                throw new InvalidProgramException(
                        "The time to live of a state was set to "
                                + timeToLive
                                + ", but it must be at least 1 ms.");
            }
            this.timeToLive = timeToLive;
            return this;
        }

        public Builder setTtl(Time timeToLive) {
            return setTimeToLive(timeToLive.toDuration());
        }

        /** Changes nothing: snapshots never hold what has expired. */
        public Builder cleanupFullSnapshot() {
            return this;
        }

        /** Changes nothing. */
        public Builder cleanupIncrementally(int cleanupSize, boolean runCleanupForEveryRecord) {
            return this;
        }

        /** Changes nothing. */
        public Builder cleanupInRocksdbCompactFilter(long queryTimeAfterNumEntries) {
            return this;
        }

        /** Changes nothing. */
        public Builder cleanupInRocksdbCompactFilter() {
            return this;
        }

        /** Changes nothing. */
        public Builder disableCleanupInBackground() {
            return this;
        }

        public StateTtlConfig build() {
            return new StateTtlConfig(updateType, stateVisibility, timeToLive);
        }
    }
}
