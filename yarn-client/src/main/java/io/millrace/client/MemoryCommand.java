package io.millrace.client;

import io.millrace.api.MemorySize;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.TaskManagerOptions;
import io.millrace.runtime.config.YarnOptions;
import io.millrace.runtime.exchange.GateBudget;
import io.millrace.runtime.memory.JobManagerMemory;
import io.millrace.runtime.memory.JvmOptions;
import io.millrace.runtime.memory.MemoryReport;
import io.millrace.runtime.memory.TaskManagerMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the memory of the processes, without starting any. */
@Command(
        name = "memory",
        description = "Shows what the memory of master and workers is for, without starting any.",
        sortOptions = false)
final class MemoryCommand implements Callable<Integer> {
    private final LauncherContext context;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    private boolean help;

    @Option(names = "-D", paramLabel = "<key=value>", description = "A setting; may be repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = "--granted",
            paramLabel = "<MiB>",
            description = "Size of the worker's container as YARN would round it up.")
    private Integer grantedMebibytes;

    MemoryCommand(LauncherContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ParsedConfiguration configuration = context.settings(settings);
        Terminal terminal = context.terminal();

        TaskManagerMemory asked = TaskManagerMemory.of(configuration);
        TaskManagerMemory worker =
                grantedMebibytes == null
                        ? asked
                        : TaskManagerMemory.ofGranted(configuration, grantedMebibytes(asked));
        int slots = configuration.get(TaskManagerOptions.NUM_TASK_SLOTS);
        int vcores = configuration.get(YarnOptions.VCORES);
        terminal.line("Worker: asks YARN for " + asked.containerMebibytes() + " MiB.");
        terminal.lines(MemoryReport.lines(worker));
        terminal.line(
                "  network buffers of "
                        + configuration.get(TaskManagerOptions.MEMORY_SEGMENT_SIZE)
                        + ": "
                        + worker.networkBuffers(
                                configuration.get(TaskManagerOptions.MEMORY_SEGMENT_SIZE)));
        terminal.line(
                "  batches between subtasks of one worker: up to "
                        + MemorySize.ofBytes(GateBudget.BYTES)
                        + " of the task heap for each subtask that reads some");
        terminal.line(
                "  JVM: "
                        + String.join(
                                " ",
                                JvmOptions.ofWorker(
                                        configuration, worker, vcores == -1 ? slots : vcores)));

        JobManagerMemory master = JobManagerMemory.of(configuration);
        terminal.line("");
        terminal.line("Application master: asks YARN for " + master.containerMebibytes() + " MiB.");
        terminal.lines(MemoryReport.lines(master));
        terminal.line(
                "  JVM: "
                        + String.join(
                                " ",
                                JvmOptions.ofMaster(
                                        configuration,
                                        master,
                                        configuration.get(YarnOptions.APP_MASTER_VCORES))));
        return ExitCode.FINISHED.code();
    }

    private int grantedMebibytes(TaskManagerMemory asked) {
        if (grantedMebibytes < asked.containerMebibytes()) {
            throw new ConfigurationException(
                    "--granted "
                            + grantedMebibytes
                            + " is less than the "
                            + asked.containerMebibytes()
                            + " MiB that are asked for: YARN only rounds up.");
        }
        return grantedMebibytes;
    }
}
