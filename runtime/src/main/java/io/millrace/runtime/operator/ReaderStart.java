package io.millrace.runtime.operator;

import io.millrace.api.source.SourceReader;
import io.millrace.api.source.SourceSplit;

/** Makes a reader of the user's, by the subtask's thread. */
@FunctionalInterface
interface ReaderStart {
    SourceReader<Object, SourceSplit> make() throws Exception;
}
