package io.millrace.runtime.graph;

import io.millrace.api.InvalidProgramException;
import io.millrace.api.type.TypeInformation;
import io.millrace.runtime.checkpoint.DamagedCheckpointException;
import io.millrace.runtime.checkpoint.RecoverySettings;
import io.millrace.runtime.checkpoint.SavepointPath;
import io.millrace.runtime.checkpoint.StateMapping;
import io.millrace.runtime.checkpoint.StoredCheckpoint;
import io.millrace.runtime.checkpoint.StoredTypes;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.StateRecoveryOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The savepoint or checkpoint that a job is to begin from, as its plan needs it: whatever does not
 * fit is refused here, where the program is planned.
 *
 * <p>Threads: one; finding blocks.
 */
final class StateToRestore {
    private static final Logger LOG = LoggerFactory.getLogger(StateToRestore.class);
    private static final StateToRestore NONE = new StateToRestore(null, null);

    private final RecoverySettings settings;
    private final StoredCheckpoint stored;

    private StateToRestore(RecoverySettings settings, StoredCheckpoint stored) {
        this.settings = settings;
        this.stored = stored;
    }

    /**
     * Finds it.
     *
     * @throws InvalidProgramException if it is not there, incomplete or damaged
     */
    static StateToRestore of(ParsedConfiguration options) {
        RecoverySettings settings = RecoverySettings.of(options).orElse(null);
        if (settings == null) {
            return NONE;
        }
        try {
            return new StateToRestore(settings, SavepointPath.findWhole(settings.path()));
        } catch (DamagedCheckpointException e) {
            throw new InvalidProgramException(e.getMessage(), e);
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidProgramException(
                    "The savepoint or checkpoint at "
                            + settings.path()
                            + " (-s, execution.state-recovery.path) cannot be looked at: "
                            + e,
                    e);
        }
    }

    /** What operators must have as their maximum parallelism, by uid. */
    Map<String, Integer> keyGroups() {
        return stored == null ? Map.of() : StateMapping.keyGroups(stored.metadata());
    }

    /** The settings of a job with the very place in them, which the next master finds there. */
    Map<String, String> recordedIn(Map<String, String> configuration) {
        if (stored == null) {
            return configuration;
        }
        Map<String, String> recorded = new TreeMap<>(configuration);
        recorded.put(StateRecoveryOptions.PATH.key(), stored.place());
        return recorded;
    }

    /**
     * Compares it with the job.
     *
     * @param engineStates as in {@link EngineStates#of}
     * @throws InvalidProgramException if it does not fit
     */
    void check(JobGraph graph, Map<String, Map<String, TypeInformation<?>>> engineStates) {
        if (stored == null) {
            return;
        }
        StateMapping mapping = StateMapping.of(stored, graph, settings.ignoreUnclaimed());
        List<String> refusals = new ArrayList<>(mapping.refusals());
        try {
            refusals.addAll(
                    StoredTypes.refusals(
                            stored,
                            graph,
                            engineStates,
                            Thread.currentThread().getContextClassLoader()));
        } catch (IOException e) {
            refusals.add(e.getMessage());
        }
        if (!refusals.isEmpty()) {
            throw new InvalidProgramException(
                    "Job '"
                            + graph.jobName()
                            + "' cannot begin from "
                            + stored.place()
                            + ". "
                            + String.join(" ", refusals));
        }
        mapping.notes().forEach(LOG::info);
        mapping.warnings().forEach(LOG::warn);
    }
}
