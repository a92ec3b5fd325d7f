package io.millrace.client;

import io.millrace.client.Deployer.Ending;
import io.millrace.client.Deployer.JobListener;
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
 * Asks for a savepoint until there is an answer: on a connection that is lost the same request is
 * repeated on the next, and is carried out once.
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
    private final SavepointRequest wanted;
    private final JobListener listener;
    private final String request = UUID.randomUUID().toString();

    SavepointWait(
            String applicationId,
            YarnCluster cluster,
            JobFollower.Connector connector,
            SavepointRequest wanted,
            JobListener listener) {
        this.applicationId = applicationId;
        this.cluster = cluster;
        this.connector = connector;
        this.wanted = wanted;
        this.listener = listener;
    }

    SavepointResult await() throws IOException, InterruptedException {
        while (true) {
            checkRunning();
            JobConnection open = connector.tryConnect().orElse(null);
            if (open == null) {
                listener.onWaiting("Waiting for the application master to answer");
                new CountDownLatch(1).await(RECONNECT.toMillis(), TimeUnit.MILLISECONDS);
                continue;
            }
            try (JobConnection connection = open) {
                ToClient.SavepointEnded ended = ask(connection);
                if (ended != null) {
                    if (ended.failure().isEmpty() && wanted.ending() != Ending.NONE) {
                        awaitEnd(connection);
                    }
                    return new SavepointResult(ended.path(), ended.failure());
                }
            }
        }
    }

    private ToClient.SavepointEnded ask(JobConnection connection) throws InterruptedException {
        connection.send(
                wanted.ending() == Ending.NONE
                        ? new FromClient.TriggerSavepoint(request, "", wanted.directory())
                        : new FromClient.StopJob(
                                request, "", wanted.directory(), wanted.ending() == Ending.DRAIN));
        while (connection.isOpen()) {
            ToClient.SavepointEnded ended =
                    connection.awaitSavepoint(request, ASK_STATUS, listener::onStatus);
            if (ended != null) {
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
                    applicationId + " has ended: there is no job to take a savepoint of.");
        }
    }
}
