package io.millrace.client;

import io.millrace.client.Deployer.JobEnd;
import io.millrace.runtime.config.ParsedConfiguration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Follows an application that is running. */
@Command(
        name = "follow",
        description = "Shows the progress of a running application until it ends.",
        sortOptions = false)
final class FollowCommand implements Callable<Integer> {
    private final LauncherContext context;

    @Mixin private ApplicationOptions options = new ApplicationOptions();

    FollowCommand(LauncherContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        ParsedConfiguration configuration = options.configuration(context);
        try (Deployer deployer = context.connector().connect(configuration)) {
            String application = options.application(configuration, deployer);
            InterruptHandler interrupt = new InterruptHandler(context.terminal(), deployer, false);
            interrupt.onAccepted(application);
            context.hooks().add(interrupt);
            try {
                JobProgress progress =
                        new JobProgress(context.terminal(), context.nanoTime(), List.of());
                JobEnd end = deployer.follow(application, progress);
                return new JobReport(context.terminal()).print(application, end, progress).code();
            } finally {
                interrupt.disarm();
            }
        }
    }
}
