package io.millrace.api.sink;

import io.millrace.api.metric.MetricGroup;

/** What a committer can ask about where it runs. */
public interface CommitterInitContext extends InitContext {
    MetricGroup metricGroup();
}
