package io.millrace.runtime.master;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.metrics.AccumulatorPart;
import java.util.List;

/**
 * Something that is carried out, also by the next master, once it is on record.
 *
 * @param run that it is about; empty if none was begun
 * @param failure why, or null
 * @param accumulators of a commit: what the subtasks of the run have added up, as they are gone
 */
public record JobIntent(String run, Failure failure, List<AccumulatorPart> accumulators) {
    public JobIntent {
        accumulators = List.copyOf(accumulators);
    }

    /** Of anything but a commit. */
    public JobIntent(String run, Failure failure) {
        this(run, failure, List.of());
    }
}
