package io.millrace.client;

import io.millrace.client.Deployer.JobEnd;
import io.millrace.runtime.master.JobStatus;
import io.millrace.runtime.metrics.JobValues;
import java.util.Locale;

/** Says how a job ended, and which exit code that is. */
final class JobReport {
    private static final double MEBIBYTE = 1 << 20;

    private final Terminal terminal;

    JobReport(Terminal terminal) {
        this.terminal = terminal;
    }

    ExitCode print(String applicationId, JobEnd end, JobProgress progress) {
        JobStatus status = end.lastStatus();
        progress.onEnd(status);
        String job = status == null ? applicationId : "Job '" + status.jobName() + "'";
        switch (end.outcome()) {
            case FINISHED -> {
                terminal.line(job + " finished" + figures(status) + ".");
                values(status);
                return ExitCode.FINISHED;
            }
            case CANCELLED -> {
                terminal.line(job + " was cancelled.");
                return ExitCode.CANCELLED;
            }
            case REFUSED -> {
                terminal.refusal(end.diagnostics());
                return ExitCode.REFUSED;
            }
            default -> {
                // The diagnostics say the whole of it, also after the master has gone.
                terminal.failure(job + " failed: " + end.diagnostics());
                terminal.failure(end.logHint());
                return ExitCode.FAILED;
            }
        }
    }

    /** What the program's functions have added up and measured. */
    private void values(JobStatus status) {
        if (status != null) {
            for (JobValues.Shown value : status.values()) {
                terminal.line("  " + value.name() + ": " + value.text());
            }
        }
    }

    private static String figures(JobStatus status) {
        if (status == null) {
            return "";
        }
        StringBuilder figures = new StringBuilder();
        if (status.inputBytesTotal() > 0) {
            figures.append(
                    String.format(
                            Locale.ROOT, ": %,.1f MiB read", status.inputBytesRead() / MEBIBYTE));
        }
        if (status.restarts() > 0) {
            figures.append(figures.length() == 0 ? ": " : ", ");
            figures.append(status.restarts())
                    .append(status.restarts() == 1 ? " restart" : " restarts");
        }
        return figures.toString();
    }
}
