package io.millrace.runtime.schedule;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Restarts after delays that grow from failure to failure, until none comes for a while. */
final class ExponentialDelayRestart implements RestartStrategy {
    private final RestartStrategy.Spec.ExponentialDelay spec;
    private final Random random;
    private int restarts;
    private double delayNanos;
    private long lastFailureNanos;
    private long lastDelayNanos;

    ExponentialDelayRestart(
            RestartStrategy.Spec.ExponentialDelay spec,
            Random random,
            Memory memory,
            long lastFailureNanos) {
        this.spec = spec;
        this.random = random;
        this.restarts = memory.restarts();
        this.delayNanos = memory.delayNanos();
        this.lastDelayNanos = memory.lastDelayNanos();
        this.lastFailureNanos = lastFailureNanos;
    }

    @Override
    public Memory memory() {
        return new Memory(restarts, (long) delayNanos, lastDelayNanos, List.of());
    }

    @Override
    public Optional<Duration> afterFailure(long nowNanos) {
        // the delay before the last start is no time without failure
        boolean calm =
                restarts > 0
                        && nowNanos - lastFailureNanos - lastDelayNanos
                                >= spec.resetThreshold().toNanos();
        if (calm) {
            restarts = 0;
        }
        if (restarts >= spec.attempts()) {
            return Optional.empty();
        }
        delayNanos =
                restarts == 0
                        ? spec.initial().toNanos()
                        : Math.min(delayNanos * spec.multiplier(), (double) spec.max().toNanos());
        restarts++;
        double chance = spec.jitter() * (2 * random.nextDouble() - 1);
        lastFailureNanos = nowNanos;
        lastDelayNanos = Math.min(spec.max().toNanos(), (long) (delayNanos * (1 + chance)));
        return Optional.of(Duration.ofNanos(lastDelayNanos));
    }
}
