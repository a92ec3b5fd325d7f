package io.millrace.client;

import io.millrace.runtime.checkpoint.CheckpointStatistics;
import io.millrace.runtime.checkpoint.CheckpointStatistics.State;
import io.millrace.runtime.master.JobState;
import io.millrace.runtime.master.JobStatus;

/**
 * Says how far a savepoint is, a line for each change.
 *
 * <p>Threads: one.
 */
final class SavepointProgress implements Deployer.JobListener {
    private final Terminal terminal;
    private String shown = "";

    SavepointProgress(Terminal terminal) {
        this.terminal = terminal;
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
            if (checkpoint.kind().isSavepoint() && checkpoint.state() == State.IN_PROGRESS) {
                show(
                        "Savepoint "
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
