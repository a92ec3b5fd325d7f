package io.millrace.client;

import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.master.JobStatus;
import io.millrace.runtime.master.JobStatus.TimelineEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A cluster that remembers what it was asked, and answers what the test has set. */
final class RecordingDeployer implements Deployer, Deployer.Connector {
    static final String APPLICATION = "application_1700000000000_0001";

    final List<SubmissionRequest> submitted = new ArrayList<>();
    final List<String> cancelled = new ArrayList<>();
    final List<String> followed = new ArrayList<>();
    final List<ApplicationSummary> running = new ArrayList<>();
    final List<ApplicationSummary> ended = new ArrayList<>();
    final List<JobStatus> statuses = new ArrayList<>();
    final List<TimelineEvent> timeline = new ArrayList<>();

    RuntimeException connectFailure;
    Exception submitFailure;
    JobEnd end = new JobEnd(Outcome.FINISHED, "", null, "");
    CancelResult cancelResult = CancelResult.CANCELLING;
    SavepointResult savepointResult = new SavepointResult("hdfs:///s/savepoint-1", "");
    final List<String> savepoints = new ArrayList<>();
    SavepointResult checkpointResult = new SavepointResult("hdfs:///c/chk-7", "");
    final List<String> checkpoints = new ArrayList<>();
    final Map<String, JobStatus> jobs = new HashMap<>();
    IOException cancelFailure;
    int connections;
    int closed;

    @Override
    public Deployer connect(ParsedConfiguration configuration) {
        connections++;
        if (connectFailure != null) {
            throw connectFailure;
        }
        return this;
    }

    @Override
    public Submission submit(SubmissionRequest request, SubmissionListener listener)
            throws IOException, ProgramFailedException {
        if (submitFailure instanceof RuntimeException failure) {
            throw failure;
        } else if (submitFailure instanceof ProgramFailedException failure) {
            throw failure;
        } else if (submitFailure instanceof IOException failure) {
            throw failure;
        }
        submitted.add(request);
        listener.onStep("Uploading the jar.");
        listener.onAccepted(APPLICATION);
        return new Submission(APPLICATION, "http://rm/proxy/1", timeline);
    }

    @Override
    public JobEnd follow(String applicationId, JobListener listener) {
        followed.add(applicationId);
        statuses.forEach(listener::onStatus);
        return end;
    }

    @Override
    public List<ApplicationSummary> list(boolean withEnded) {
        List<ApplicationSummary> all = new ArrayList<>(running);
        if (withEnded) {
            all.addAll(ended);
        }
        return all;
    }

    @Override
    public CancelResult cancel(String applicationId) throws IOException {
        cancelled.add(applicationId);
        if (cancelFailure != null) {
            throw cancelFailure;
        }
        return cancelResult;
    }

    @Override
    public Optional<JobStatus> status(String applicationId) {
        return Optional.ofNullable(jobs.get(applicationId));
    }

    @Override
    public SavepointResult savepoint(
            String applicationId, SavepointRequest request, JobListener listener) {
        savepoints.add(applicationId + " " + request.ending() + " " + request.directory());
        statuses.forEach(listener::onStatus);
        return savepointResult;
    }

    @Override
    public SavepointBegun beginSavepoint(
            String applicationId, SavepointRequest request, JobListener listener) {
        savepoints.add(
                applicationId + " " + request.ending() + " " + request.directory() + " detached");
        return new SavepointBegun("trigger-1", savepointResult.failure());
    }

    @Override
    public SavepointResult checkpoint(String applicationId, JobListener listener) {
        checkpoints.add(applicationId);
        statuses.forEach(listener::onStatus);
        return checkpointResult;
    }

    @Override
    public void close() {
        closed++;
    }
}
