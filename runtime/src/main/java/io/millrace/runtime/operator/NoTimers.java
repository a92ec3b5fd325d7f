package io.millrace.runtime.operator;

import io.millrace.api.time.TimerService;

/** Tells the time on streams without keys, and refuses timers. */
final class NoTimers implements TimerService {
    private final String operator;
    private final ProcessingTime time;
    private long watermarkMillis = Long.MIN_VALUE;

    NoTimers(String operator, ProcessingTime time) {
        this.operator = operator;
        this.time = time;
    }

    void watermark(long timestampMillis) {
        watermarkMillis = timestampMillis;
    }

    private UnsupportedOperationException refused() {
        return new UnsupportedOperationException(
                "Operator '"
                        + operator
                        + "' cannot use timers: they are for a key, and its stream has none. Call"
                        + " keyBy(...) right before the operator.");
    }

    @Override
    public long currentProcessingTime() {
        return time.nowMillis();
    }

    @Override
    public long currentWatermark() {
        return watermarkMillis;
    }

    @Override
    public void registerProcessingTimeTimer(long timer) {
        throw refused();
    }

    @Override
    public void registerEventTimeTimer(long timer) {
        throw refused();
    }

    @Override
    public void deleteProcessingTimeTimer(long timer) {
        throw refused();
    }

    @Override
    public void deleteEventTimeTimer(long timer) {
        throw refused();
    }
}
