package io.millrace.runtime.schedule;

import java.time.Duration;
import java.util.Optional;

/** The first failure is the last. */
final class NoRestart implements RestartStrategy {
    @Override
    public Optional<Duration> afterFailure(long nowNanos) {
        return Optional.empty();
    }

    @Override
    public Memory memory() {
        return Memory.NONE;
    }
}
