package io.millrace.runtime.schedule;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** So many restarts, each after the same delay. */
final class FixedDelayRestart implements RestartStrategy {
    private final RestartStrategy.Spec.FixedDelay spec;
    private int restarts;

    FixedDelayRestart(RestartStrategy.Spec.FixedDelay spec, Memory memory) {
        this.spec = spec;
        this.restarts = memory.restarts();
    }

    @Override
    public Memory memory() {
        return new Memory(restarts, 0, 0, List.of());
    }

    @Override
    public Optional<Duration> afterFailure(long nowNanos) {
        if (restarts >= spec.attempts()) {
            return Optional.empty();
        }
        restarts++;
        return Optional.of(spec.delay());
    }
}
