package io.millrace.api.time;

/** Measures how much time has passed; its zero means nothing. */
public interface RelativeClock {
    long relativeTimeMillis();

    long relativeTimeNanos();
}
