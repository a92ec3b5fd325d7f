package io.millrace.client;

import io.millrace.client.Deployer.Ending;
import io.millrace.client.Deployer.SavepointRequest;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a savepoint of a running job. */
@Command(
        name = "savepoint",
        description = "Takes a savepoint of a running job, which runs on.",
        sortOptions = false)
final class SavepointCommand implements Callable<Integer> {
    private final LauncherContext context;

    @Mixin private ApplicationOptions options = new ApplicationOptions();
    @Mixin private SavepointOptions savepoint = new SavepointOptions();

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "<directory>",
            description =
                    "Where the savepoint makes its folder; else"
                            + " execution.checkpointing.savepoint-dir of the job.")
    private String directory;

    @Option(
            names = {"-d", "--dispose"},
            paramLabel = "<path>",
            hidden = true)
    private String dispose;

    SavepointCommand(LauncherContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        if (dispose != null) {
            throw new ConfigurationException(
                    "A savepoint is one folder with all in it: delete it with 'hdfs dfs -rm -r "
                            + dispose
                            + "'.");
        }
        savepoint.check();
        String first = options.word();
        if (directory == null && first != null && first.contains("/")) {
            directory = options.takeWord();
        }
        ParsedConfiguration configuration = options.configuration(context);
        try (Deployer deployer = context.connector().connect(configuration)) {
            String application = options.application(configuration, deployer);
            context.terminal().line("Taking a savepoint of " + application + ".");
            return savepoint
                    .take(
                            context,
                            deployer,
                            application,
                            new SavepointRequest(directory == null ? "" : directory, Ending.NONE))
                    .code();
        }
    }
}
