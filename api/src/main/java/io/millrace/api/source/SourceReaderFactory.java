package io.millrace.api.source;

import java.io.Serializable;

/**
 * Makes the readers of a source.
 *
 * @param <T> what they emit
 */
public interface SourceReaderFactory<T, SplitT extends SourceSplit> extends Serializable {

    /** Makes the reader of one subtask; called in the subtask, by its thread. */
    SourceReader<T, SplitT> createReader(SourceReaderContext readerContext) throws Exception;
}
