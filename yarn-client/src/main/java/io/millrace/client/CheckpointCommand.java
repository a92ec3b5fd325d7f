package io.millrace.client;

import io.millrace.client.Deployer.SavepointResult;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Takes a checkpoint of a running job now. */
@Command(
        name = "checkpoint",
        description = "Takes a checkpoint of a running job now; the job runs on.",
        sortOptions = false)
final class CheckpointCommand implements Callable<Integer> {
    private final LauncherContext context;

    @Mixin private ApplicationOptions options = new ApplicationOptions();

    @Option(
            names = {"-full", "--full"},
            hidden = true)
    private boolean full;

    @Option(
            names = {"-incremental", "--incremental"},
            hidden = true)
    private boolean incremental;

    CheckpointCommand(LauncherContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        if (full || incremental) {
            throw new ConfigurationException(
                    "Whether a checkpoint writes all or what has changed is said by"
                            + " execution.checkpointing.incremental of the job: leave "
                            + (full ? "--full" : "--incremental")
                            + " out. For a copy that holds all it needs take a savepoint.");
        }
        ParsedConfiguration configuration = options.configuration(context);
        Terminal terminal = context.terminal();
        try (Deployer deployer = context.connector().connect(configuration)) {
            String application = options.application(configuration, deployer);
            terminal.line("Taking a checkpoint of " + application + ".");
            SavepointResult result =
                    deployer.checkpoint(application, SavepointProgress.ofCheckpoint(terminal));
            if (!result.failure().isEmpty()) {
                terminal.failure("The checkpoint failed: " + result.failure());
                return ExitCode.FAILED.code();
            }
            terminal.line("Checkpoint completed. Path: " + result.path());
            return ExitCode.FINISHED.code();
        }
    }
}
