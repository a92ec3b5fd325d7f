package io.millrace.runtime.master;

import io.millrace.runtime.file.FileSplit;
import io.millrace.runtime.graph.JobVertex.FileInput;
import io.millrace.runtime.graph.JobVertex.FileOutput;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the job master has done to input and output files.
 *
 * <p>Threads: calls return at once; the reply comes exactly once, from any thread.
 */
public interface JobFiles {

    /**
     * Finds the inputs and cuts them into splits, and checks that the outputs can be written.
     * Refused with one sentence for the user if an input is missing or an output exists; nothing is
     * changed.
     *
     * @param minSplits per input, so that every subtask may have one
     */
    void prepare(
            List<FileInput> inputs,
            List<FileOutput> outputs,
            int minSplits,
            Consumer<Result<Prepared>> reply);

    /**
     * Makes the output of a run visible: idempotent, to be repeated until it is done, also by the
     * next epoch. Whatever other runs have left behind is removed.
     *
     * @param run as in the deployments of the subtasks that finished
     */
    void commit(List<FileOutput> outputs, String run, Consumer<Result<Void>> reply);

    /** Removes what a run has written that is not visible; never touches other runs. */
    void discard(List<FileOutput> outputs, String run, Consumer<Result<Void>> reply);

    /**
     * The input of a job.
     *
     * @param splits in the order in which they should be read
     * @param totalBytes of all splits
     */
    record Prepared(List<FileSplit> splits, long totalBytes) {
        public Prepared {
            splits = List.copyOf(splits);
        }
    }

    /** How a call ended. */
    sealed interface Result<T> {
        record Done<T>(T value) implements Result<T> {}

        /** The user's mistake; repeating does not help. */
        record Refused<T>(String sentence) implements Result<T> {}

        /** The file system failed; may be repeated. */
        record Failed<T>(String cause) implements Result<T> {}
    }
}
