package io.millrace.client;

import io.millrace.client.Deployer.JobEnd;
import io.millrace.client.Deployer.Submission;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.DeploymentOptions;
import io.millrace.runtime.config.DeploymentOptions.Target;
import io.millrace.runtime.config.JobOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.TaskManagerOptions;
import io.millrace.runtime.config.YarnOptions;
import io.millrace.runtime.memory.JobManagerMemory;
import io.millrace.runtime.memory.JvmOptions;
import io.millrace.runtime.memory.TaskManagerMemory;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.util.List;

/** One program: checked, submitted, followed. */
final class ProgramRun {
    private final LauncherContext context;
    private final ProgramOptions options;
    private final Target defaultTarget;

    /**
     * @param defaultTarget where neither command line nor file says another
     */
    ProgramRun(LauncherContext context, ProgramOptions options, Target defaultTarget) {
        this.context = context;
        this.options = options;
        this.defaultTarget = defaultTarget;
    }

    ExitCode run() throws IOException, InterruptedException, ProgramFailedException {
        SubmissionRequest request = request();
        ParsedConfiguration configuration = request.configuration();
        Terminal terminal = context.terminal();
        boolean attached = configuration.get(DeploymentOptions.ATTACHED);
        try (Deployer deployer = context.connector().connect(configuration)) {
            InterruptHandler interrupt =
                    new InterruptHandler(
                            terminal,
                            deployer,
                            attached
                                    && configuration.get(
                                            DeploymentOptions.SHUTDOWN_ON_ATTACHED_EXIT));
            context.hooks().add(interrupt);
            try {
                Submission submission =
                        deployer.submit(request, new SubmissionProgress(terminal, interrupt));
                terminal.line("Accepted as " + submission.applicationId() + url(submission));
                if (!attached) {
                    CommandLines.hints(submission.applicationId()).forEach(terminal::line);
                    return ExitCode.FINISHED;
                }
                JobProgress progress =
                        new JobProgress(terminal, context.nanoTime(), submission.timeline());
                JobEnd end = deployer.follow(submission.applicationId(), progress);
                return new JobReport(terminal).print(submission.applicationId(), end, progress);
            } finally {
                interrupt.disarm();
            }
        }
    }

    /** All that can be refused without a cluster. */
    private SubmissionRequest request() {
        ParsedConfiguration configuration = context.settings(options.settings(context.terminal()));
        Target target = configuration.getIfSet(DeploymentOptions.TARGET).orElse(defaultTarget);
        if (target == Target.LOCAL) {
            throw new ConfigurationException(
                    "execution.target is local, but this command runs programs on YARN: write -t"
                            + " yarn-application or -t yarn-per-job, or start the program's main"
                            + " itself to run it in one JVM.");
        }
        URI jar = ProgramJar.locate(options.jar);
        List<URL> classpaths =
                configuration.getIfSet(JobOptions.CLASSPATHS).orElse(List.of()).stream()
                        .map(ProgramJar::classpath)
                        .toList();
        boolean local = "file".equals(jar.getScheme());
        if (!local && target == Target.YARN_PER_JOB) {
            throw new ConfigurationException(
                    "The jar "
                            + jar
                            + " is not on this machine, where "
                            + target
                            + " runs its main: copy it here, or write -t yarn-application.");
        }
        if (local) {
            ProgramJar.checkEntryClass(jar, options.entryClass, options.arguments, classpaths);
        }
        checkMemory(configuration);
        return new SubmissionRequest(
                target, jar, options.entryClass, options.arguments, configuration);
    }

    private static void checkMemory(ParsedConfiguration configuration) {
        JvmOptions.ofMaster(
                configuration,
                JobManagerMemory.of(configuration),
                configuration.get(YarnOptions.APP_MASTER_VCORES));
        JvmOptions.ofWorker(
                configuration,
                TaskManagerMemory.of(configuration),
                configuration.get(TaskManagerOptions.NUM_TASK_SLOTS));
    }

    private static String url(Submission submission) {
        return submission.trackingUrl() == null ? "." : ": " + submission.trackingUrl();
    }

    /** Shows the steps until YARN has accepted an application. */
    private record SubmissionProgress(Terminal terminal, InterruptHandler interrupt)
            implements Deployer.SubmissionListener {
        @Override
        public void onStep(String line) {
            terminal.line(line);
        }

        @Override
        public void onWarning(String sentence) {
            terminal.warning(sentence);
        }

        @Override
        public void onAccepted(String applicationId) {
            interrupt.onAccepted(applicationId);
        }
    }
}
