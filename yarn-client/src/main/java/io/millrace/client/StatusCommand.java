package io.millrace.client;

import io.millrace.client.Deployer.ApplicationSummary;
import io.millrace.runtime.checkpoint.CheckpointStatistics;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.master.JobStatus;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows how a running job is, with its last checkpoints. */
@Command(
        name = "status",
        description = "Shows how a running job is, and its last checkpoints.",
        sortOptions = false)
final class StatusCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final LauncherContext context;

    @Mixin private ApplicationOptions options = new ApplicationOptions();

    StatusCommand(LauncherContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        ParsedConfiguration configuration = options.configuration(context);
        try (Deployer deployer = context.connector().connect(configuration)) {
            String application = options.application(configuration, deployer);
            Optional<JobStatus> status = deployer.status(application);
            if (status.isEmpty()) {
                throw new ConfigurationException(unanswered(application, deployer));
            }
            print(status.get());
            return ExitCode.FINISHED.code();
        }
    }

    private static String unanswered(String application, Deployer deployer) throws IOException {
        Optional<ApplicationSummary> known =
                deployer.list(true).stream()
                        .filter(each -> each.applicationId().equals(application))
                        .findFirst();
        if (known.isEmpty()) {
            return "There is no application "
                    + application
                    + " of ours: 'millrace list' shows them.";
        } else if (known.get().hasEnded()) {
            return application
                    + " has ended ("
                    + known.get().state()
                    + "): 'yarn logs -applicationId "
                    + application
                    + "' shows what it has logged.";
        }
        return "The application master of "
                + application
                + " does not answer: it has not started yet, or is being started again."
                + " 'millrace list' shows what YARN knows.";
    }

    private void print(JobStatus status) {
        Terminal terminal = context.terminal();
        terminal.line(
                "Job '"
                        + status.jobName()
                        + "' ("
                        + status.jobId()
                        + ") is "
                        + status.state()
                        + (status.waitingFor() == null
                                ? ""
                                : ", waiting for " + status.waitingFor())
                        + "; "
                        + status.restarts()
                        + (status.restarts() == 1 ? " restart" : " restarts"));
        status.warnings().forEach(terminal::warning);
        if (!status.vertices().isEmpty()) {
            terminal.lines(vertices(status));
        }
        if (status.checkpoints().isEmpty()) {
            terminal.line("No checkpoint was taken yet.");
        } else {
            terminal.lines(checkpoints(status));
        }
    }

    private static List<String> vertices(JobStatus status) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("vertex", "running", "finished", "records in", "records out"));
        for (JobStatus.VertexStatus vertex : status.vertices()) {
            rows.add(
                    List.of(
                            vertex.name(),
                            vertex.running() + " of " + vertex.parallelism(),
                            Integer.toString(vertex.finished()),
                            String.format(Locale.ROOT, "%,d", vertex.recordsIn()),
                            String.format(Locale.ROOT, "%,d", vertex.recordsOut())));
        }
        return TextTable.lines(rows);
    }

    /** One row each; what does not fit into a column stands below it. */
    private static List<String> checkpoints(JobStatus status) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(
                List.of(
                        "checkpoint",
                        "kind",
                        "state",
                        "triggered",
                        "duration",
                        "alignment",
                        "sync",
                        "new bytes",
                        "all bytes",
                        "in flight",
                        "slowest, or why it failed"));
        for (CheckpointStatistics checkpoint : status.checkpoints()) {
            rows.add(
                    List.of(
                            Long.toString(checkpoint.id()),
                            checkpoint.kind().name().toLowerCase(Locale.ROOT),
                            state(checkpoint),
                            TIME.format(Instant.ofEpochMilli(checkpoint.triggerMillis())),
                            checkpoint.durationMillis() + " ms",
                            checkpoint.alignmentMillis() + " ms",
                            checkpoint.syncMillis() + " ms",
                            String.format(Locale.ROOT, "%,d", checkpoint.newBytes()),
                            String.format(Locale.ROOT, "%,d", checkpoint.totalBytes()),
                            String.format(Locale.ROOT, "%,d", checkpoint.inFlightBytes()),
                            remark(checkpoint)));
        }
        return TextTable.lines(rows);
    }

    private static String state(CheckpointStatistics checkpoint) {
        return switch (checkpoint.state()) {
            case IN_PROGRESS -> checkpoint.answered() + " of " + checkpoint.subtasks();
            case COMPLETE -> "complete";
            case FAILED -> "failed";
        };
    }

    private static String remark(CheckpointStatistics checkpoint) {
        if (!checkpoint.failure().isEmpty()) {
            return checkpoint.failure();
        }
        String slowest =
                checkpoint.slowest() == null
                        ? ""
                        : checkpoint.slowest().vertex()
                                + "["
                                + checkpoint.slowest().subtask()
                                + "]";
        return checkpoint.path().isEmpty() ? slowest : slowest + "  " + checkpoint.path();
    }
}
