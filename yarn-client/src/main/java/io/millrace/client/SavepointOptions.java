package io.millrace.client;

import io.millrace.client.Deployer.SavepointBegun;
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
            description = "Leave when the request is taken, without waiting for the savepoint.")
    private boolean detached;

    void check() {
        if (type != null && !type.equalsIgnoreCase("canonical")) {
            throw new ConfigurationException(
                    "--type "
                            + type
                            + " is not known: savepoints are canonical. For the engine's own format"
                            + " begin from a checkpoint.");
        }
    }

    boolean isDetached() {
        return detached;
    }

    /** Asks, waits unless told not to, and says what came of it. */
    ExitCode take(
            LauncherContext context,
            Deployer deployer,
            String application,
            SavepointRequest request)
            throws IOException, InterruptedException {
        Terminal terminal = context.terminal();
        SavepointProgress progress = SavepointProgress.ofSavepoint(terminal);
        if (detached) {
            SavepointBegun begun = deployer.beginSavepoint(application, request, progress);
            if (!begun.failure().isEmpty()) {
                terminal.failure("The savepoint failed: " + begun.failure());
                return ExitCode.FAILED;
            }
            terminal.line("Savepoint triggered. Trigger id: " + begun.triggerId());
            terminal.line(
                    "'"
                            + CommandLines.status(application)
                            + "' shows how far it is, and where it lies.");
            return ExitCode.FINISHED;
        }
        SavepointResult result = deployer.savepoint(application, request, progress);
        if (!result.failure().isEmpty()) {
            terminal.failure("The savepoint failed: " + result.failure());
            return ExitCode.FAILED;
        }
        terminal.line("Savepoint completed. Path: " + result.path());
        return ExitCode.FINISHED;
    }
}
