package io.millrace.runtime.operator;

import io.millrace.api.time.RelativeClock;
import java.util.concurrent.TimeUnit;

/** The wall clock, for whoever measures how much time has passed. */
record WallActivity(ProcessingTime time) implements RelativeClock {

    @Override
    public long relativeTimeMillis() {
        return time.nowMillis();
    }

    @Override
    public long relativeTimeNanos() {
        return TimeUnit.MILLISECONDS.toNanos(time.nowMillis());
    }
}
