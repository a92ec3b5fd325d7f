package io.millrace.api.sink;

import io.millrace.api.type.SimpleVersionedSerializer;
import java.io.IOException;
import java.util.Collection;

/**
 * A {@link Sink} whose writers keep something in checkpoints.
 *
 * @param <InputT> type of the records
 * @param <WriterStateT> type of what a writer keeps
 */
public interface SupportsWriterState<InputT, WriterStateT> {

    /**
     * Makes the writer of a subtask that begins from a checkpoint.
     *
     * @param recoveredState what its writers had, of several former subtasks if the parallelism has
     *     changed; may be empty
     */
    StatefulSinkWriter<InputT, WriterStateT> restoreWriter(
            WriterInitContext context, Collection<WriterStateT> recoveredState) throws IOException;

    SimpleVersionedSerializer<WriterStateT> getWriterStateSerializer();
}
