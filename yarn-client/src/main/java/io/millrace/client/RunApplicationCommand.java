package io.millrace.client;

import io.millrace.runtime.config.DeploymentOptions.Target;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs a program in an application of its own, main in the application master. */
@Command(
        name = "run-application",
        description = "Runs a program in an application of its own; main runs in the cluster.",
        sortOptions = false)
final class RunApplicationCommand implements Callable<Integer> {
    private final LauncherContext context;

    @Mixin private ProgramOptions options = new ProgramOptions();

    RunApplicationCommand(LauncherContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        return new ProgramRun(context, options, Target.YARN_APPLICATION).run().code();
    }
}
