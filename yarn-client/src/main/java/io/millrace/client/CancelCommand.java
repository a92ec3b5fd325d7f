package io.millrace.client;

import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Cancels the job of an application. */
@Command(name = "cancel", description = "Cancels a running application.", sortOptions = false)
final class CancelCommand implements Callable<Integer> {
    private final LauncherContext context;

    @Mixin private ApplicationOptions options = new ApplicationOptions();

    CancelCommand(LauncherContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        ParsedConfiguration configuration = options.configuration(context);
        try (Deployer deployer = context.connector().connect(configuration)) {
            String application = options.application(configuration, deployer);
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
