package io.millrace.api.sink;

import io.millrace.api.type.SimpleVersionedSerializer;
import java.io.IOException;

/**
 * A {@link Sink} that writes in two phases: its writers are {@link CommittingSinkWriter}s, and what
 * they have prepared is committed when the checkpoint that holds it is complete.
 *
 * @param <CommittableT> what a writer hands to the committer
 */
public interface SupportsCommitter<CommittableT> {

    /** Makes the committer of one subtask, before its writer. */
    Committer<CommittableT> createCommitter(CommitterInitContext context) throws IOException;

    /** Writes committables into checkpoints. */
    SimpleVersionedSerializer<CommittableT> getCommittableSerializer();
}
