package io.millrace.runtime.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Restarts after the same delay, as long as there were not too many within an interval. */
final class FailureRateRestart implements RestartStrategy {
    private final RestartStrategy.Spec.FailureRate spec;

    /** Readings of the monotonic clock at the failures that may still count, oldest first. */
    private final Deque<Long> failures = new ArrayDeque<>();

    FailureRateRestart(
            RestartStrategy.Spec.FailureRate spec, Memory memory, long lastFailureNanos) {
        this.spec = spec;
        for (long ageNanos : memory.agesNanos()) {
            failures.add(lastFailureNanos - ageNanos);
        }
    }

    @Override
    public Memory memory() {
        long newest = failures.isEmpty() ? 0 : failures.getLast();
        return new Memory(failures.size(), 0, 0, failures.stream().map(at -> newest - at).toList());
    }

    @Override
    public Optional<Duration> afterFailure(long nowNanos) {
        while (!failures.isEmpty() && nowNanos - failures.getFirst() > spec.interval().toNanos()) {
            failures.removeFirst();
        }
        if (failures.size() >= spec.failures()) {
            return Optional.empty();
        }
        failures.addLast(nowNanos);
        return Optional.of(spec.delay());
    }
}
