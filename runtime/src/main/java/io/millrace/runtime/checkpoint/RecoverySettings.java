package io.millrace.runtime.checkpoint;

import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.StateRecoveryOptions;
import io.millrace.runtime.config.StateRecoveryOptions.ClaimMode;
import java.util.Optional;

/**
 * What a job is told of the state that it begins with.
 *
 * @param path of a savepoint or checkpoint
 * @param claimed whether it becomes the job's own, to be removed when it is not needed any more
 * @param ignoreUnclaimed whether state without an operator is left behind
 * @param eventTimeAnew whether it is not taken over how far event time was
 */
public record RecoverySettings(
        String path, boolean claimed, boolean ignoreUnclaimed, boolean eventTimeAnew) {

    /** Those of a job; empty if it begins with nothing. */
    public static Optional<RecoverySettings> of(ParsedConfiguration options) {
        return options.getIfSet(StateRecoveryOptions.PATH)
                .map(
                        path ->
                                new RecoverySettings(
                                        path,
                                        options.get(StateRecoveryOptions.CLAIM_MODE)
                                                == ClaimMode.CLAIM,
                                        options.get(StateRecoveryOptions.IGNORE_UNCLAIMED_STATE),
                                        options.get(StateRecoveryOptions.RESET_EVENT_TIME)));
    }
}
