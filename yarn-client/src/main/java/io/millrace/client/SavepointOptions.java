package io.millrace.client;

import io.millrace.client.Deployer.SavepointRequest;
import io.millrace.client.Deployer.SavepointResult;
import io.millrace.runtime.config.ConfigurationException;
import java.io.IOException;
import picocli.CommandLine.Option;

/** What the commands that take a savepoint have in common. */
final class SavepointOptions {

    @Option(
            names = {"-type", "--type"},
            paramLabel = "<type>",
            description = "The format: canonical, the only one.")
    private String type;

    @Option(
            names = {"-detached", "--detached"},
            hidden = true)
    private boolean detached;

    void check() {
        if (type != null && !type.equalsIgnoreCase("canonical")) {
            throw new ConfigurationException(
                    "--type "
                            + type
                            + " is not known: savepoints are canonical. For the engine's own format"
                            + " begin from a checkpoint.");
        }
        if (detached) {
            throw new ConfigurationException(
                    "--detached is not built: the savepoint would go on without you. Leave it out;"
                            + " to look at a savepoint under way use 'millrace status'.");
        }
    }

    /** Asks, waits and says what came of it. */
    static ExitCode take(
            LauncherContext context,
            Deployer deployer,
            String application,
            SavepointRequest request)
            throws IOException, InterruptedException {
        Terminal terminal = context.terminal();
        SavepointResult result =
                deployer.savepoint(application, request, new SavepointProgress(terminal));
        if (!result.failure().isEmpty()) {
            terminal.failure("The savepoint failed: " + result.failure());
            return ExitCode.FAILED;
        }
        terminal.line("Savepoint completed. Path: " + result.path());
        return ExitCode.FINISHED;
    }
}
