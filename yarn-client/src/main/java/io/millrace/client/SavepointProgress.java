package io.millrace.client;

import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.CheckpointStatistics;
import io.millrace.runtime.checkpoint.CheckpointStatistics.State;
import io.millrace.runtime.master.JobState;
import io.millrace.runtime.master.JobStatus;
import java.util.function.Predicate;

/**
 * Says how far a savepoint or checkpoint is, a line for each change.
 *
 * <p>Threads: one.
 */
final class SavepointProgress implements Deployer.JobListener {
    private final Terminal terminal;
    private final String what;
    private final Predicate<CheckpointKind> kinds;
    private String shown = "";

    private SavepointProgress(Terminal terminal, String what, Predicate<CheckpointKind> kinds) {
        this.terminal = terminal;
        this.what = what;
        this.kinds = kinds;
    }

    static SavepointProgress ofSavepoint(Terminal terminal) {
        return new SavepointProgress(terminal, "Savepoint", CheckpointKind::isSavepoint);
    }

    static SavepointProgress ofCheckpoint(Terminal terminal) {
        return new SavepointProgress(terminal, "Checkpoint", kind -> !kind.isSavepoint());
    }

    @Override
    public void onWaiting(String line) {
        show(line);
    }

    @Override
    public void onStatus(JobStatus status) {
        if (status.state() != JobState.RUNNING && !status.state().isEnd()) {
            show("Job '" + status.jobName() + "' is " + status.state());
            return;
        }
        for (CheckpointStatistics checkpoint : status.checkpoints()) {
            if (kinds.test(checkpoint.kind()) && checkpoint.state() == State.IN_PROGRESS) {
                show(
                        what
                                + " "
                                + checkpoint.id()
                                + ": "
                                + checkpoint.answered()
                                + " of "
                                + checkpoint.subtasks()
                                + " subtasks are stored");
                return;
            }
        }
    }

    private void show(String line) {
        if (!line.equals(shown)) {
            shown = line;
            terminal.line(line);
        }
    }
}
