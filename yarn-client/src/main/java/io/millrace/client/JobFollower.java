package io.millrace.client;

import io.millrace.client.Deployer.JobEnd;
import io.millrace.client.Deployer.JobListener;
import io.millrace.client.Deployer.Outcome;
import io.millrace.master.ApplicationEnd;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.master.JobStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.hadoop.yarn.api.records.ApplicationAttemptId;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.exceptions.ApplicationNotFoundException;
import org.apache.hadoop.yarn.exceptions.YarnException;

/**
 * Follows one application to its end: asks the application master while it answers, else YARN,
 * whose final status is the last word.
 *
 * <p>Threads: one.
 */
final class JobFollower {
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration POLL_BEFORE_MASTER = Duration.ofMillis(200);

    /** A launcher that can ask neither the application master nor YARN gives up. */
    private static final Duration NOBODY_ANSWERS = Duration.ofMinutes(5);

    private static final int MAX_YARN_WORDS = 2_000;

    private final ApplicationId id;
    private final YarnCluster cluster;
    private final Connector connector;
    private final JobListener listener;

    private JobConnection connection;
    private JobStatus last;
    private boolean seen;
    private boolean masterLost;
    private long answeredNanos = System.nanoTime();

    /** Tries once to reach the application master. */
    interface Connector {
        Optional<JobConnection> tryConnect() throws InterruptedException;
    }

    JobFollower(
            String applicationId, YarnCluster cluster, Connector connector, JobListener listener) {
        this.id = ApplicationId.fromString(applicationId);
        this.cluster = cluster;
        this.connector = connector;
        this.listener = listener;
    }

    JobEnd follow() throws IOException, InterruptedException {
        try {
            while (true) {
                Optional<ApplicationReport> report = report();
                if (report.isPresent() && hasEnded(report.get())) {
                    return end(report.get());
                }
                if (connection == null
                        && report.isPresent()
                        && report.get().getYarnApplicationState() == YarnApplicationState.RUNNING
                        && (last == null || !last.state().isEnd())) {
                    connection = connector.tryConnect().orElse(null);
                }
                if (connection != null) {
                    listen();
                } else {
                    waitFor(report);
                }
            }
        } finally {
            disconnect();
        }
    }

    private Optional<ApplicationReport> report() throws IOException {
        try {
            ApplicationReport report = cluster.report(id);
            answeredNanos = System.nanoTime();
            seen = true;
            return Optional.of(report);
        } catch (ApplicationNotFoundException e) {
            if (seen) {
                throw new IOException(
                        "YARN has forgotten "
                                + id
                                + ", and with it how it ended: its resource manager was started"
                                + " anew without its state.",
                        e);
            }
            throw new ConfigurationException(
                    "There is no application "
                            + id
                            + ": 'millrace list -a' shows those that YARN knows.",
                    e);
        } catch (YarnException | IOException e) {
            if (System.nanoTime() - answeredNanos > NOBODY_ANSWERS.toNanos()) {
                throw new IOException(
                        "Neither the application master nor YARN has answered for "
                                + NOBODY_ANSWERS.toMinutes()
                                + " minutes ("
                                + e.getMessage()
                                + "); "
                                + id
                                + " may still run.",
                        e);
            }
            return Optional.empty();
        }
    }

    /** For as long as a poll of YARN may wait. */
    private void listen() throws InterruptedException {
        connection.askStatus();
        long until = System.nanoTime() + POLL.toNanos();
        while (true) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                return;
            }
            JobStatus status = connection.awaitStatus(Duration.ofNanos(left));
            if (status != null) {
                answeredNanos = System.nanoTime();
                last = status;
                listener.onStatus(status);
                if (status.state().isEnd()) {
                    // It waits for us before it ends.
                    disconnect();
                    return;
                }
            } else if (!connection.isOpen()) {
                disconnect();
                return;
            }
        }
    }

    private void waitFor(Optional<ApplicationReport> report) throws InterruptedException {
        if (last != null && last.state().isEnd()) {
            pause(POLL_BEFORE_MASTER);
            return;
        }
        listener.onWaiting(report.map(JobFollower::waiting).orElse("YARN does not answer"));
        pause(POLL_BEFORE_MASTER);
    }

    private static String waiting(ApplicationReport report) {
        String why = report.getDiagnostics() == null ? "" : report.getDiagnostics().strip();
        return switch (report.getYarnApplicationState()) {
            case RUNNING -> "Waiting for the application master to say how the job is";
            case ACCEPTED ->
                    "Waiting for a container for the application master"
                            + again(report)
                            + " in queue "
                            + report.getQueue()
                            + (why.isEmpty() ? "" : ": " + oneLine(why));
            default -> "YARN is taking the application in";
        };
    }

    /** Empty for the first attempt: what came before it needs no word. */
    private static String again(ApplicationReport report) {
        ApplicationAttemptId attempt = report.getCurrentApplicationAttemptId();
        return attempt == null || attempt.getAttemptId() < 2
                ? ""
                : " (attempt " + attempt.getAttemptId() + ": the one before it has ended)";
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("\\s+", " ").replaceFirst("^\\[[^\\]]*\\] ?", "");
        return line.length() <= 200 ? line : line.substring(0, 200) + "...";
    }

    /** Nothing can wake it up early. */
    private static void pause(Duration time) throws InterruptedException {
        new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void disconnect() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    static boolean hasEnded(ApplicationReport report) {
        return switch (report.getYarnApplicationState()) {
            case FINISHED, FAILED, KILLED -> true;
            default -> false;
        };
    }

    /** Whether the application has ended without a master that could clean up after it. */
    boolean isMasterLost() {
        return masterLost;
    }

    /** What YARN says of containers that failed has the traces of its own daemons in it. */
    static String withoutTraces(String diagnostics) {
        String text =
                diagnostics
                        .lines()
                        .filter(line -> !line.matches("\\s+(at .*|\\.\\.\\. \\d+ more)"))
                        .filter(line -> !line.isBlank())
                        .distinct()
                        .collect(Collectors.joining("\n"));
        return text.length() <= MAX_YARN_WORDS ? text : text.substring(0, MAX_YARN_WORDS) + "...";
    }

    private JobEnd end(ApplicationReport report) {
        String diagnostics = report.getDiagnostics() == null ? "" : report.getDiagnostics();
        YarnApplicationState state = report.getYarnApplicationState();
        masterLost = state != YarnApplicationState.FINISHED;
        if (state == YarnApplicationState.FAILED) {
            diagnostics = withoutTraces(diagnostics);
        }
        boolean killed =
                state == YarnApplicationState.KILLED
                        || report.getFinalApplicationStatus() == FinalApplicationStatus.KILLED;
        ApplicationEnd end;
        if (killed) {
            end = new ApplicationEnd(ApplicationEnd.Kind.CANCELED, diagnostics);
        } else if (report.getFinalApplicationStatus() == FinalApplicationStatus.SUCCEEDED) {
            end = new ApplicationEnd(ApplicationEnd.Kind.FINISHED, "");
        } else {
            end = ApplicationEnd.ofDiagnostics(diagnostics);
        }
        Outcome outcome =
                switch (end.kind()) {
                    case FINISHED -> Outcome.FINISHED;
                    case FAILED -> Outcome.FAILED;
                    case REFUSED -> Outcome.REFUSED;
                    case CANCELED -> Outcome.CANCELLED;
                };
        return new JobEnd(
                outcome,
                end.sentence(),
                last,
                "Logs: yarn logs -applicationId "
                        + id
                        + (report.getTrackingUrl() == null ? "" : ", " + report.getTrackingUrl()));
    }
}
