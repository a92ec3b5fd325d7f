package io.millrace.client;

import io.millrace.client.Deployer.Ending;
import io.millrace.client.Deployer.SavepointRequest;
import io.millrace.runtime.config.ParsedConfiguration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Ends a job with a savepoint. */
@Command(
        name = "stop",
        description = "Stops a running job with a savepoint, from which it can be started again.",
        sortOptions = false)
final class StopCommand implements Callable<Integer> {
    private final LauncherContext context;

    @Mixin private ApplicationOptions options = new ApplicationOptions();
    @Mixin private SavepointOptions savepoint = new SavepointOptions();

    @Option(
            names = {"-p", "--savepointPath"},
            paramLabel = "<directory>",
            description =
                    "Where the savepoint makes its folder; else"
                            + " execution.checkpointing.savepoint-dir of the job.")
    private String directory;

    @Option(
            names = {"-d", "--drain"},
            description =
                    "End as if the input had come to its end: windows and timers of event time"
                            + " fire. For a job that is not to go on from here.")
    private boolean drain;

    StopCommand(LauncherContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        savepoint.check();
        if (directory != null && ApplicationOptions.isId(directory) && options.word() == null) {
            options.giveWord(directory);
            directory = null;
        }
        ParsedConfiguration configuration = options.configuration(context);
        try (Deployer deployer = context.connector().connect(configuration)) {
            String application = options.application(configuration, deployer);
            context.terminal()
                    .line((drain ? "Draining " : "Stopping ") + application + " with a savepoint.");
            return savepoint
                    .take(
                            context,
                            deployer,
                            application,
                            new SavepointRequest(
                                    directory == null ? "" : directory,
                                    drain ? Ending.DRAIN : Ending.STOP))
                    .code();
        }
    }
}
