package io.millrace.api;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a finished job tells its program. */
public class JobExecutionResult {
    private final String jobId;
    private final long netRuntimeMillis;
    private final Map<String, Object> accumulatorResults;

    /** Why nothing but the id is known; null where all is. */
    private final String nothingKnown;

    /**
     * A result that could not be made of the parts that the subtasks had sent.
     *
     * @param sentence which accumulator, why, and what to do
     */
    public record Unreadable(String sentence, Throwable cause) {}

    public JobExecutionResult(String jobId, long netRuntimeMillis) {
        this(jobId, netRuntimeMillis, Map.of());
    }

    /**
     * @param accumulatorResults by name; {@link Unreadable} for those that cannot be had
     */
    public JobExecutionResult(
            String jobId, long netRuntimeMillis, Map<String, Object> accumulatorResults) {
        this(jobId, netRuntimeMillis, new LinkedHashMap<>(accumulatorResults), null);
    }

    private JobExecutionResult(
            String jobId,
            long netRuntimeMillis,
            Map<String, Object> accumulatorResults,
            String nothingKnown) {
        this.jobId = requireNonNull(jobId, "jobId");
        this.netRuntimeMillis = netRuntimeMillis;
        this.accumulatorResults = accumulatorResults;
        this.nothingKnown = nothingKnown;
    }

    /**
     * Of a job that was handed over and has not run yet.
     *
     * @param why a sentence with the cure, for whoever asks for more than the id
     */
    public static JobExecutionResult handedOver(String jobId, String why) {
        return new JobExecutionResult(jobId, 0, Map.of(), requireNonNull(why, "why"));
    }

    public String getJobID() {
        return jobId;
    }

    /** Whether the job has run; otherwise only its id is known. */
    public boolean isJobExecutionResult() {
        return nothingKnown == null;
    }

    /** As {@code this}, where {@link #isJobExecutionResult}. */
    public JobExecutionResult getJobExecutionResult() {
        mustBeKnown("The result");
        return this;
    }

    /** Milliseconds from the start of the job to its end. */
    public long getNetRuntime() {
        mustBeKnown("The run time");
        return netRuntimeMillis;
    }

    /** The time from the start of the job to its end, rounded down. */
    public long getNetRuntime(TimeUnit unit) {
        return unit.convert(getNetRuntime(), TimeUnit.MILLISECONDS);
    }

    /**
     * The result of an accumulator, over all subtasks; null if no function has added one of the
     * name.
     *
     * @throws IllegalStateException if it cannot be had; the message says why
     */
    @SuppressWarnings("unchecked") // the caller says which accumulator it was
    public <T> T getAccumulatorResult(String accumulatorName) {
        mustBeKnown("Accumulator '" + accumulatorName + "'");
        return (T) readable(accumulatorResults.get(accumulatorName));
    }

    /** The results of all accumulators by name, in the order of the names. */
    public Map<String, Object> getAllAccumulatorResults() {
        mustBeKnown("The accumulators");
        Map<String, Object> all = new LinkedHashMap<>();
        accumulatorResults.forEach((name, result) -> all.put(name, readable(result)));
        return Collections.unmodifiableMap(all);
    }

    private static Object readable(Object result) {
        if (result instanceof Unreadable unreadable) {
            throw new IllegalStateException(unreadable.sentence(), unreadable.cause());
        }
        return result;
    }

    private void mustBeKnown(String what) {
        if (nothingKnown != null) {
            throw new IllegalStateException(
                    what + " of job " + jobId + " is not known here: " + nothingKnown);
        }
    }

    @Override
    public String toString() {
        return nothingKnown != null
                ? "Job " + jobId + " was handed over"
                : "Job " + jobId + " has finished after " + netRuntimeMillis + " ms";
    }
}
