package io.millrace.benchmarks;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What one repeat has measured, and the line of JSON that tells it.
 *
 * @param workload its name
 * @param repeat its number from 1, or {@code median}
 * @param recordsPerSecond of wall time
 * @param cpuNanosPerRecord CPU time of the whole process (compiler and collector included) over the
 *     records of the window
 * @param gcMillis spent in collections within the window
 * @param peakRssBytes most that was ever resident, 0 where the system does not tell
 * @param bytesSent between workers within the window
 * @param records that the sources have emitted within the window; words that were counted in WC
 * @param seconds length of the window
 * @param latencyMillis of LAT: p50, p99, p99.9 and max of the time from a record's emission to the
 *     update of its state; null of others
 * @param checkpoints those that were completed within the window, their bytes (mean, most) and how
 *     long they took (milliseconds: mean, most); null if none are taken
 * @param command that runs the same again
 * @param settings what was asked for, and the JVM
 */
@JsonPropertyOrder({
    "workload",
    "repeat",
    "recordsPerSecond",
    "cpuNanosPerRecord",
    "gcMillis",
    "peakRssBytes",
    "bytesSent",
    "records",
    "seconds",
    "latencyMillis",
    "checkpoints",
    "command",
    "settings"
})
@JsonInclude(JsonInclude.Include.NON_NULL)
record Measurement(
        String workload,
        String repeat,
        long recordsPerSecond,
        double cpuNanosPerRecord,
        long gcMillis,
        long peakRssBytes,
        Long bytesSent,
        long records,
        double seconds,
        Map<String, Double> latencyMillis,
        Map<String, Double> checkpoints,
        String command,
        Map<String, Object> settings) {
    private static final ObjectMapper JSON = new ObjectMapper();

    String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A measurement is not JSON: " + this, e);
        }
    }

    static Measurement parse(String json) throws JsonProcessingException {
        return JSON.readValue(json, Measurement.class);
    }

    private Measurement named(String repeat) {
        return new Measurement(
                workload,
                repeat,
                recordsPerSecond,
                cpuNanosPerRecord,
                gcMillis,
                peakRssBytes,
                bytesSent,
                records,
                seconds,
                latencyMillis,
                checkpoints,
                command,
                settings);
    }

    /**
     * The repeat in the middle by CPU time for each record, all of its figures together; of an even
     * number of repeats the worse of the two in the middle.
     */
    static Measurement median(List<Measurement> repeats) {
        return repeats.stream()
                .sorted(Comparator.comparingDouble(Measurement::cpuNanosPerRecord))
                .toList()
                .get(repeats.size() / 2)
                .named("median");
    }
}
