package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What can be measured. */
enum Workload {
    /** Bids -> map to a new bid -> discarded; one chain, no exchange. */
    W1,
    /** Bids -> keyed by auction -> running sum of the price -> discarded. */
    W2,
    /** Bids -> keyed by auction -> count in tumbling windows of 10 s -> discarded. */
    W3,
    /** Bids -> keyed by auction -> count in windows of 60 s, one each second -> discarded. */
    W4,
    /** W2 at a rate it can well bear, for the time from a record to its result. */
    LAT,
    /** Words of a text -> keyed -> running count -> discarded. */
    WC,
    /** Bids between two task managers into a sink that is far too slow. */
    BP;

    static String names() {
        return Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
    }
}
