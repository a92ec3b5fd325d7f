package io.millrace.runtime.master;

import io.millrace.runtime.control.ToMaster.TaskEnded;
import java.util.List;

/**
 * Attempts that have finished, on record before their workers may forget them: the next master
 * counts on them as on those that run.
 */
public record FinishedSubtasks(List<TaskEnded> ends) {
    public FinishedSubtasks {
        ends = List.copyOf(ends);
    }
}
