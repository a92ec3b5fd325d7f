package io.millrace.client;

import java.io.IOException;
import java.util.List;

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
    public void close() {
        cluster.close();
    }
}
