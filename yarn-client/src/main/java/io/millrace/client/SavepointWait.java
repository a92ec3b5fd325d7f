package io.millrace.client;

import io.millrace.client.Deployer.Ending;
import io.millrace.client.Deployer.JobListener;
import io.millrace.client.Deployer.SavepointBegun;
import io.millrace.client.Deployer.SavepointRequest;
import io.millrace.client.Deployer.SavepointResult;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.control.FromClient;
import io.millrace.runtime.control.ToClient;
import io.millrace.runtime.master.JobStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.exceptions.ApplicationNotFoundException;
import org.apache.hadoop.yarn.exceptions.YarnException;

/**
 * Asks for a savepoint or a checkpoint until there is an answer: on a connection that is lost the
 * same request is repeated on the next, and is carried out once.
 *
 * <p>Threads: one.
 */
final class SavepointWait {
    private static final Duration ASK_STATUS = Duration.ofSeconds(1);
    private static final Duration RECONNECT = Duration.ofSeconds(1);

    /** For the end of a job that was stopped. */
    private static final Duration END = Duration.ofSeconds(30);

    private final String applicationId;
    private final YarnCluster cluster;
    private final JobFollower.Connector connector;
    private final FromClient wanted;
    private final JobListener listener;

    SavepointWait(
            String applicationId,
            YarnCluster cluster,
            JobFollower.Connector connector,
            FromClient wanted,
            JobListener listener) {
        this.applicationId = applicationId;
        this.cluster = cluster;
        this.connector = connector;
        this.wanted = wanted;
        this.listener = listener;
    }

    /** A request for a savepoint, under an id of its own. */
    static FromClient savepoint(SavepointRequest wanted) {
        String request = UUID.randomUUID().toString();
        return wanted.ending() == Ending.NONE
                ? new FromClient.TriggerSavepoint(request, "", wanted.directory())
                : new FromClient.StopJob(
                        request, "", wanted.directory(), wanted.ending() == Ending.DRAIN);
    }

    /** A request for a checkpoint, under an id of its own. */
    static FromClient checkpoint() {
        return new FromClient.TriggerCheckpoint(UUID.randomUUID().toString(), "");
    }

    /** Waits for what comes of it. */
    SavepointResult await() throws IOException, InterruptedException {
        ToClient.SavepointEnded ended = untilAnswered(this::ask);
        return new SavepointResult(ended.path(), ended.failure());
    }

    /** Waits until the application master has the request. */
    SavepointBegun begin() throws IOException, InterruptedException {
        ToClient.SavepointEnded begun = untilAnswered(connection -> connection.handOver(wanted));
        return new SavepointBegun(wanted.request(), begun.failure());
    }

    /** Asks on a connection; null if it is gone before there is an answer. */
    private interface Question {
        ToClient.SavepointEnded ask(JobConnection connection) throws InterruptedException;
    }

    private ToClient.SavepointEnded untilAnswered(Question question)
            throws IOException, InterruptedException {
        while (true) {
            checkRunning();
            JobConnection open = connector.tryConnect().orElse(null);
            if (open == null) {
                listener.onWaiting("Waiting for the application master to answer");
                new CountDownLatch(1).await(RECONNECT.toMillis(), TimeUnit.MILLISECONDS);
                continue;
            }
            try (JobConnection connection = open) {
                ToClient.SavepointEnded answer = question.ask(connection);
                if (answer != null) {
                    return answer;
                }
            }
        }
    }

    private ToClient.SavepointEnded ask(JobConnection connection) throws InterruptedException {
        connection.send(wanted);
        while (connection.isOpen()) {
            ToClient.SavepointEnded ended =
                    connection.awaitSavepoint(wanted.request(), ASK_STATUS, listener::onStatus);
            if (ended != null) {
                if (ended.failure().isEmpty() && wanted instanceof FromClient.StopJob) {
                    awaitEnd(connection);
                }
                return ended;
            }
            connection.askStatus();
        }
        return null;
    }

    /** The path is known; whoever types the next command wants the job to be gone. */
    private void awaitEnd(JobConnection connection) throws InterruptedException {
        long deadline = System.nanoTime() + END.toNanos();
        while (connection.isOpen() && System.nanoTime() < deadline) {
            connection.askStatus();
            JobStatus status = connection.awaitStatus(ASK_STATUS);
            if (status != null && status.state().isEnd()) {
                return;
            }
        }
    }

    private void checkRunning() throws IOException {
        ApplicationReport report;
        try {
            report = cluster.report(ApplicationId.fromString(applicationId));
        } catch (IllegalArgumentException | ApplicationNotFoundException e) {
            throw new ConfigurationException(
                    "There is no application "
                            + applicationId
                            + ": 'millrace list' shows those that run.",
                    e);
        } catch (YarnException e) {
            throw new IOException("YARN was not asked for " + applicationId, e);
        }
        if (JobFollower.hasEnded(report)) {
            throw new ConfigurationException(
                    applicationId + " has ended: there is no job to save.");
        }
    }
}
