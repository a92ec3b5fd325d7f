package io.millrace.api.sink;

import io.millrace.api.function.JobInfo;
import io.millrace.api.function.TaskInfo;
import java.util.OptionalLong;

/** Where a writer or committer runs. */
public interface InitContext {
    /** The checkpoint that the subtask begins from, if any. */
    OptionalLong getRestoredCheckpointId();

    JobInfo getJobInfo();

    TaskInfo getTaskInfo();
}
