package io.millrace.client;

import io.millrace.runtime.master.JobStatus;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A cluster on which somebody presses Ctrl-C as soon as an application is accepted. */
final class InterruptingDeployer implements Deployer {
    private final RecordingDeployer cluster;
    private final List<Runnable> hooks;

    InterruptingDeployer(RecordingDeployer cluster, List<Runnable> hooks) {
        this.cluster = cluster;
        this.hooks = hooks;
    }

    @Override
    public Submission submit(SubmissionRequest request, SubmissionListener listener)
            throws IOException, ProgramFailedException {
        Submission submission = cluster.submit(request, listener);
        hooks.forEach(Runnable::run);
        return submission;
    }

    @Override
    public JobEnd follow(String applicationId, JobListener listener) {
        return cluster.follow(applicationId, listener);
    }

    @Override
    public List<ApplicationSummary> list(boolean ended) {
        return cluster.list(ended);
    }

    @Override
    public CancelResult cancel(String applicationId) throws IOException {
        return cluster.cancel(applicationId);
    }

    @Override
    public Optional<JobStatus> status(String applicationId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public SavepointResult savepoint(
            String applicationId, SavepointRequest request, JobListener listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public SavepointBegun beginSavepoint(
            String applicationId, SavepointRequest request, JobListener listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public SavepointResult checkpoint(String applicationId, JobListener listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        cluster.close();
    }
}
