package io.millrace.api.sink;

import io.millrace.api.metric.MetricGroup;
import io.millrace.api.time.ProcessingTimeService;

/** What a writer can ask about where it runs. */
public interface WriterInitContext extends InitContext {

    /**
     * Names the operator in its job, the same in every execution: its uid if the program has set
     * one.
     */
    String getOperatorId();

    /**
     * Names this execution of the subtask: {@code <epoch>.<counter>}. With the job's id, the
     * operator's and the number of the subtask it is a name that no other writer ever has, so that
     * it can be a part of the names of files and transactions. Greater pairs are younger.
     */
    String getAttemptId();

    /** Timers by the wall clock, which ring in the subtask's thread between two records. */
    ProcessingTimeService getProcessingTimeService();

    MetricGroup metricGroup();

    /** The loader of the user's classes. */
    ClassLoader getUserCodeClassLoader();

    /** Whether a record may be one that the function before has kept, and changes later. */
    boolean isObjectReuseEnabled();
}
