package io.millrace.runtime.operator;

import io.millrace.api.function.JobInfo;
import io.millrace.api.function.RuntimeContext;
import io.millrace.api.function.TaskInfo;
import io.millrace.api.metric.MetricGroup;
import io.millrace.api.sink.CommitterInitContext;
import io.millrace.api.sink.WriterInitContext;
import io.millrace.api.time.ProcessingTimeService;
import java.util.OptionalLong;

/**
 * Tells a sink where its writer and committer run.
 *
 * @param operatorId uid of the operator
 * @param attemptId {@code epoch.counter}
 */
record SinkContext(
        RuntimeContext runtime,
        String operatorId,
        String attemptId,
        ProcessingTimeService timers,
        OptionalLong restoredId)
        implements WriterInitContext, CommitterInitContext {
    @Override
    public OptionalLong getRestoredCheckpointId() {
        return restoredId;
    }

    @Override
    public JobInfo getJobInfo() {
        return runtime.getJobInfo();
    }

    @Override
    public TaskInfo getTaskInfo() {
        return runtime.getTaskInfo();
    }

    @Override
    public String getOperatorId() {
        return operatorId;
    }

    @Override
    public String getAttemptId() {
        return attemptId;
    }

    @Override
    public ProcessingTimeService getProcessingTimeService() {
        return timers;
    }

    @Override
    public MetricGroup metricGroup() {
        return runtime.getMetricGroup();
    }

    @Override
    public ClassLoader getUserCodeClassLoader() {
        return runtime.getUserCodeClassLoader();
    }

    @Override
    public boolean isObjectReuseEnabled() {
        return runtime.getExecutionConfig().isObjectReuseEnabled();
    }
}
