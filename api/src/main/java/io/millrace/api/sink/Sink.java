package io.millrace.api.sink;

import java.io.IOException;
import java.io.Serializable;

/**
 * Where records leave a job; given to {@link io.millrace.api.stream.DataStream#sinkTo}.
 *
 * <p>A sink alone writes at least once: what was written since the last checkpoint is written again
 * after a failure. One that is also a {@link SupportsWriterState} keeps what its writer holds in
 * checkpoints; one that is also a {@link SupportsCommitter} writes exactly once.
 *
 * <p>Travels to the workers by Java serialization; each subtask has its own copy.
 *
 * @param <InputT> type of the records
 */
public interface Sink<InputT> extends Serializable {

    /**
     * Makes the writer of one subtask, before its first record.
     *
     * @throws IOException fails the subtask, which is started again by the job's restart strategy
     */
    SinkWriter<InputT> createWriter(WriterInitContext context) throws IOException;
}
