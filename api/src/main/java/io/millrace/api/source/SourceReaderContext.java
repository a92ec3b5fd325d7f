package io.millrace.api.source;

import io.millrace.api.Configuration;
import io.millrace.api.metric.MetricGroup;

/**
 * What a reader may ask and do.
 *
 * <p>Threads: any.
 */
public interface SourceReaderContext {

    MetricGroup metricGroup();

    /** All options of the job. */
    Configuration getConfiguration();

    String getLocalHostName();

    /** Number of this subtask, from 0. */
    int getIndexOfSubtask();

    /** Number of subtasks. */
    int currentParallelism();

    /** Asks the enumerator for a split. The request stands until splits come, or no more do. */
    void sendSplitRequest();

    void sendSourceEventToCoordinator(SourceEvent sourceEvent);

    /** Finds the classes of the job. */
    ClassLoader getUserCodeClassLoader();
}
