package io.millrace.client;

import io.millrace.client.Deployer.Ending;
import io.millrace.client.Deployer.SavepointRequest;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Cancels the job of an application. */
@Command(name = "cancel", description = "Cancels a running application.", sortOptions = false)
final class CancelCommand implements Callable<Integer> {
    private final LauncherContext context;

    @Mixin private ApplicationOptions options = new ApplicationOptions();

    @Mixin private SavepointOptions savepoint = new SavepointOptions();

    @Option(
            names = {"-s", "--withSavepoint"},
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "<directory>",
            description = "Take a savepoint first. Deprecated: 'stop' loses nothing behind it.")
    private String withSavepoint;

    CancelCommand(LauncherContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        savepoint.check();
        if (savepoint.isDetached()) {
            throw new ConfigurationException(
                    "cancel --detached would cancel the job before its savepoint is there: leave it"
                            + " out, or use 'millrace stop --detached'.");
        }
        if (withSavepoint != null
                && ApplicationOptions.isId(withSavepoint)
                && options.word() == null) {
            options.giveWord(withSavepoint);
            withSavepoint = "";
        }
        ParsedConfiguration configuration = options.configuration(context);
        try (Deployer deployer = context.connector().connect(configuration)) {
            String application = options.application(configuration, deployer);
            if (withSavepoint != null) {
                context.terminal()
                        .warning(
                                "cancel --withSavepoint is deprecated: what the job does between"
                                    + " the savepoint and its end comes again when it is started"
                                    + " from it. Use 'millrace stop'.");
                ExitCode taken =
                        savepoint.take(
                                context,
                                deployer,
                                application,
                                new SavepointRequest(withSavepoint, Ending.NONE));
                if (taken != ExitCode.FINISHED) {
                    context.terminal().failure("It was not cancelled.");
                    return taken.code();
                }
            }
            switch (deployer.cancel(application)) {
                case CANCELLING -> {
                    context.terminal().line(application + " is being cancelled.");
                    return ExitCode.FINISHED.code();
                }
                case ALREADY_ENDED ->
                        throw new ConfigurationException(
                                application + " has ended already: there is nothing to cancel.");
                default ->
                        throw new ConfigurationException(
                                "There is no application "
                                        + application
                                        + " of ours: 'millrace list' shows those that run.");
            }
        }
    }
}
