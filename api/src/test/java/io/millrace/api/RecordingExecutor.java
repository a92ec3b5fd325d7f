package io.millrace.api;

import io.millrace.api.transform.Pipeline;
import java.util.ArrayList;
import java.util.List;

/** Remembers the programs it is given and runs none. */
public final class RecordingExecutor implements JobExecutor {
    public final List<Pipeline> executed = new ArrayList<>();
    public final List<Pipeline> explained = new ArrayList<>();

    @Override
    public JobExecutionResult execute(Pipeline pipeline) {
        executed.add(pipeline);
        return new JobExecutionResult("0123456789abcdef0123456789abcdef", executed.size());
    }

    @Override
    public String explain(Pipeline pipeline) {
        explained.add(pipeline);
        return "{}";
    }

    @Override
    public int defaultParallelism() {
        return 7;
    }

    public Pipeline last() {
        return executed.get(executed.size() - 1);
    }
}
