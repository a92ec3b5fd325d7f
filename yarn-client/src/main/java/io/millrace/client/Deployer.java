package io.millrace.client;

import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.master.JobStatus;
import io.millrace.runtime.master.JobStatus.TimelineEvent;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The cluster as the command line sees it.
 *
 * <p>Errors: what the user can cure, a cluster that is down included, is a {@link
 * ConfigurationException} with one sentence; nothing of what was refused is left behind.
 *
 * <p>Threads: one at a time, except {@link #cancel}, which Ctrl-C calls from a thread of its own.
 */
public interface Deployer extends AutoCloseable {

    /** Makes a deployer for the settings in force. */
    interface Connector {
        /** Refuses if there is no cluster configured, or it does not answer. */
        Deployer connect(ParsedConfiguration configuration);
    }

    /** Told what happens between the request and the application's acceptance. */
    interface SubmissionListener {
        /**
         * A step of the start begins; one line for the terminal, e.g. {@code Uploading 38 MiB to
         * hdfs://...}.
         */
        void onStep(String line);

        /** Something the user should know. */
        void onWarning(String sentence);

        /** YARN knows the application from here on; called once, before {@link #submit} returns. */
        void onAccepted(String applicationId);
    }

    /** Told what a job that is being followed does; called about once a second. */
    interface JobListener {
        /**
         * What is known before the application master answers, e.g. that YARN has no room for it.
         */
        void onWaiting(String line);

        void onStatus(JobStatus status);
    }

    /**
     * Starts a program; returns when YARN has accepted it.
     *
     * @throws ProgramFailedException if main ran here (per-job mode) and threw
     */
    Submission submit(SubmissionRequest request, SubmissionListener listener)
            throws IOException, InterruptedException, ProgramFailedException;

    /** Follows an application to its end, over failures of its master. */
    JobEnd follow(String applicationId, JobListener listener)
            throws IOException, InterruptedException;

    /**
     * Applications of ours.
     *
     * @param ended whether those that have ended are wanted as well
     */
    List<ApplicationSummary> list(boolean ended) throws IOException;

    /** Asks for the end of an application; returns when that is on record. */
    CancelResult cancel(String applicationId) throws IOException, InterruptedException;

    /** How the job of an application is now; empty if its application master does not answer. */
    Optional<JobStatus> status(String applicationId) throws IOException, InterruptedException;

    /**
     * Takes a savepoint of the job of an application, and waits for it over failures of its master.
     *
     * @param listener told about once a second how the job is
     */
    SavepointResult savepoint(String applicationId, SavepointRequest request, JobListener listener)
            throws IOException, InterruptedException;

    /**
     * Asks for a savepoint as {@link #savepoint} does; returns when the application master has the
     * request, and does not wait for the savepoint.
     */
    SavepointBegun beginSavepoint(
            String applicationId, SavepointRequest request, JobListener listener)
            throws IOException, InterruptedException;

    /**
     * Takes a checkpoint of the job of an application now, and waits for it over failures of its
     * master.
     *
     * @param listener told about once a second how the job is
     * @return the checkpoint's path, or why there is none
     */
    SavepointResult checkpoint(String applicationId, JobListener listener)
            throws IOException, InterruptedException;

    @Override
    void close();

    /**
     * What is wanted.
     *
     * @param directory below which the savepoint makes its folder; empty: where the job's settings
     *     say
     */
    record SavepointRequest(String directory, Ending ending) {}

    /** What becomes of the job behind a savepoint. */
    enum Ending {
        /** It runs on. */
        NONE,
        STOP,
        /** It ends as if its input had come to an end. */
        DRAIN
    }

    /**
     * What came of a savepoint.
     *
     * @param path of its folder; empty if there is none
     * @param failure why there is none, in a sentence; empty if there is one
     */
    record SavepointResult(String path, String failure) {}

    /**
     * A savepoint that nobody waits for.
     *
     * @param triggerId names the request
     * @param failure why there will be none, in a sentence; empty if it is under way
     */
    record SavepointBegun(String triggerId, String failure) {}

    /**
     * An application that YARN has accepted.
     *
     * @param trackingUrl YARN's page for it, or null
     * @param timeline what happened in the launcher on the way
     */
    record Submission(String applicationId, String trackingUrl, List<TimelineEvent> timeline) {
        public Submission {
            timeline = List.copyOf(timeline);
        }
    }

    /** How an application ended. */
    enum Outcome {
        FINISHED,
        FAILED,
        /**
         * The program or a setting was refused inside the application; its only attempt said why.
         */
        REFUSED,
        CANCELLED
    }

    /**
     * @param diagnostics why, root cause first; empty if the job finished
     * @param lastStatus null if the application master never answered
     * @param logHint where the logs are, one line
     */
    record JobEnd(Outcome outcome, String diagnostics, JobStatus lastStatus, String logHint) {}

    /**
     * One line of the list.
     *
     * @param state YARN's word; of what has ended FINISHED, FAILED, CANCELED or KILLED
     * @param startMillis milliseconds since 1970
     */
    record ApplicationSummary(
            String applicationId,
            String name,
            String state,
            String user,
            String queue,
            long startMillis,
            String trackingUrl) {
        private static final Set<String> ENDED = Set.of("FINISHED", "FAILED", "CANCELED", "KILLED");

        boolean hasEnded() {
            return ENDED.contains(state);
        }
    }

    /** What became of the wish to cancel. */
    enum CancelResult {
        /** The job is being cancelled, or was killed where it did not listen. */
        CANCELLING,
        /** It had ended before. */
        ALREADY_ENDED,
        /** There is no such application, or it is not ours. */
        UNKNOWN
    }
}
