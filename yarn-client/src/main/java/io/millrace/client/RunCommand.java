package io.millrace.client;

import io.millrace.runtime.config.DeploymentOptions.Target;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs a program's main here and its job in an application of its own. */
@Command(
        name = "run",
        description = "Runs a program in an application of its own; main runs on this machine.",
        sortOptions = false)
final class RunCommand implements Callable<Integer> {
    private final LauncherContext context;

    @Mixin private ProgramOptions options = new ProgramOptions();

    RunCommand(LauncherContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        return new ProgramRun(context, options, Target.YARN_PER_JOB).run().code();
    }
}
