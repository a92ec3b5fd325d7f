package io.millrace.runtime.operator;

import io.millrace.api.window.WindowAssigner;

/** The wall clock, for assigners. */
final class WindowTime extends WindowAssigner.WindowAssignerContext {
    private final ProcessingTime time;

    WindowTime(ProcessingTime time) {
        this.time = time;
    }

    @Override
    public long getCurrentProcessingTime() {
        return time.nowMillis();
    }
}
