package io.millrace.runtime.master;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.metrics.AccumulatorPart;
import java.util.List;

/**
 * Something that is carried out, also by the next master, once it is on record.
 *
 * @param runs that it is about, one for each region of the job; empty where none was begun
 * @param failure why, or null
 * @param accumulators of a commit: what the subtasks of the runs have added up, as they are gone
 */
public record JobIntent(List<String> runs, Failure failure, List<AccumulatorPart> accumulators) {
    public JobIntent {
        runs = List.copyOf(runs);
        accumulators = List.copyOf(accumulators);
    }

    /** Of anything but a commit. */
    public JobIntent(List<String> runs, Failure failure) {
        this(runs, failure, List.of());
    }
}
