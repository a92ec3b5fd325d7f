package io.millrace.api.function;

import io.millrace.api.ExecutionConfig;
import io.millrace.api.state.KeyedStateStore;
import java.util.Map;

/**
 * What a rich function can ask about where it runs.
 *
 * <p>State is there on a keyed stream, from {@code open} on; its contents only while a record or
 * timer is at hand.
 *
 * <p>Threads: to be used by the subtask's thread; what it answers never changes while the function
 * is open.
 */
public interface RuntimeContext extends TaskInfo, JobInfo, KeyedStateStore {

    /** What the program set for all its operators. */
    ExecutionConfig getExecutionConfig();

    /** The loader of the user's classes. */
    ClassLoader getUserCodeClassLoader();

    /** The parameters that the program gave to all functions, as text; empty if it gave none. */
    default Map<String, String> getGlobalJobParameters() {
        return getExecutionConfig().getGlobalJobParameters().toMap();
    }

    /** The same answers under the name that newer programs use. */
    default TaskInfo getTaskInfo() {
        return this;
    }

    /** The same answers under the name that newer programs use. */
    default JobInfo getJobInfo() {
        return this;
    }
}
