package io.millrace.runtime.checkpoint;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.state.DamagedSnapshotException;
import java.util.List;
import java.util.Set;

/**
 * Whether a job may go back behind a complete checkpoint that cannot be read.
 *
 * <p>It may if nothing was done outside on that completion: what came after the checkpoint before
 * is processed again, and whatever was committed with the damaged one would be committed twice.
 *
 * <p>Threads: stateless.
 */
public final class FallBack {
    /** What says that state is damaged, as against a file system that is away. */
    private static final Set<String> DAMAGES =
            Set.of(
                    DamagedCheckpointException.class.getName(),
                    DamagedSnapshotException.class.getName());

    private FallBack() {}

    /** The sentence of a failure that came from damaged state, or null if it came from another. */
    public static String damage(Failure failure) {
        for (Failure.Text at = failure.cause(); at != null; at = at.cause()) {
            if (DAMAGES.contains(at.className())) {
                return at.message();
            }
        }
        return null;
    }

    /**
     * Decides.
     *
     * @param damage what is damaged, as a sentence
     * @param damaged the checkpoint that cannot be read
     * @param before the one before it that is retained, 0 if there is none
     * @return the failure that the job ends with, or null if it goes on from the one before
     */
    static Failure refusal(
            JobGraph graph,
            CheckpointSettings settings,
            CheckpointFolder folder,
            String damage,
            long damaged,
            long before) {
        String sentence = damage.endsWith(".") ? damage : damage + ".";
        List<String> acting = acting(graph);
        if (before == 0) {
            sentence +=
                    " No checkpoint before "
                            + damaged
                            + " is retained (execution.checkpointing.num-retained is "
                            + settings.retained()
                            + "): start the job from a savepoint or another checkpoint with -s, or"
                            + " anew.";
        } else if (!acting.isEmpty()) {
            sentence +=
                    " Checkpoint "
                            + before
                            + " is retained, but "
                            + String.join(", ", acting)
                            + " may have made visible what came between "
                            + before
                            + " and "
                            + damaged
                            + " when "
                            + damaged
                            + " was complete. To go back all the same, and have that written again,"
                            + " start the job with -s "
                            + folder.path()
                            + "/"
                            + CheckpointFolder.name(before)
                            + ".";
        } else {
            return null;
        }
        return Failure.of(Category.STATE, "Job '" + graph.jobName() + "'", sentence);
    }

    private static List<String> acting(JobGraph graph) {
        return graph.vertices().stream()
                .flatMap(vertex -> vertex.operators().stream())
                .filter(JobVertex.Operator::actsOnCompletion)
                .map(operator -> "'" + operator.name() + "'")
                .toList();
    }
}
