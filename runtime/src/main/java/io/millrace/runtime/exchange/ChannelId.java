package io.millrace.runtime.exchange;

import io.millrace.runtime.schedule.AttemptId;

/**
 * Names one channel for all time: attempts are never used twice.
 *
 * @param edge number of the job graph's edge
 */
public record ChannelId(AttemptId writer, int edge, AttemptId reader) {
    @Override
    public String toString() {
        return writer + " -> " + reader + " (edge " + edge + ")";
    }
}
