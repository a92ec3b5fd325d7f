package io.millrace.api.metric;

/** A metric that is told the time: what it shows depends on what was there before. */
public interface View {
    /** Seconds between two calls of {@link #update}. */
    int UPDATE_INTERVAL_SECONDS = 5;

    /** Called every {@value #UPDATE_INTERVAL_SECONDS} seconds, about. */
    void update();
}
