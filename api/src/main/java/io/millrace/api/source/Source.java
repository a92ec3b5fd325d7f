package io.millrace.api.source;

import io.millrace.api.type.SimpleVersionedSerializer;

/**
 * A source of records that is divided into splits.
 *
 * <p>Shape: travels serialized to the application master, where one enumerator is made of it, and
 * to each subtask, where a reader is made of it. Both bring only what the source itself holds.
 *
 * @param <T> type of the records
 * @param <SplitT> a part that one reader reads
 * @param <EnumChkT> what an enumerator needs to go on after a failure
 */
public interface Source<T, SplitT extends SourceSplit, EnumChkT>
        extends SourceReaderFactory<T, SplitT> {

    /** A bounded source that never ends is an error of the source; an unbounded one may end. */
    Boundedness getBoundedness();

    /** Makes the enumerator of a job that begins with nothing. */
    SplitEnumerator<SplitT, EnumChkT> createEnumerator(SplitEnumeratorContext<SplitT> enumContext)
            throws Exception;

    /** Makes an enumerator that goes on from what another one had saved. */
    SplitEnumerator<SplitT, EnumChkT> restoreEnumerator(
            SplitEnumeratorContext<SplitT> enumContext, EnumChkT checkpoint) throws Exception;

    /** Splits travel to the readers and lie in checkpoints as these bytes. */
    SimpleVersionedSerializer<SplitT> getSplitSerializer();

    SimpleVersionedSerializer<EnumChkT> getEnumeratorCheckpointSerializer();
}
