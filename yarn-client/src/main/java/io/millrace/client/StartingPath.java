package io.millrace.client;

import io.millrace.runtime.checkpoint.DamagedCheckpointException;
import io.millrace.runtime.checkpoint.SavepointPath;
import io.millrace.runtime.checkpoint.StoredCheckpoint;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.StateRecoveryOptions;
import java.io.IOException;

/** What {@code -s} names, looked at before anything is uploaded. */
final class StartingPath {
    private StartingPath() {}

    /**
     * Finds it and says what it is; whether it fits the program is known when its main has run.
     *
     * @throws ConfigurationException if it is not there, incomplete or damaged
     */
    static void check(ParsedConfiguration options, Deployer.SubmissionListener listener) {
        String path = options.getIfSet(StateRecoveryOptions.PATH).orElse(null);
        if (path == null) {
            return;
        }
        try {
            StoredCheckpoint stored = SavepointPath.findWhole(path);
            listener.onStep(
                    "Beginning with "
                            + (stored.metadata().kind().isSavepoint()
                                    ? "savepoint "
                                    : "checkpoint ")
                            + stored.metadata().id()
                            + " of job '"
                            + stored.metadata().jobName()
                            + "' in "
                            + stored.place());
        } catch (DamagedCheckpointException e) {
            throw new ConfigurationException(e.getMessage(), e);
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigurationException(
                    "The savepoint or checkpoint at "
                            + path
                            + " (-s, execution.state-recovery.path) cannot be looked at: "
                            + YarnCluster.firstLine(e.toString()),
                    e);
        }
    }
}
