package io.millrace.client;

import io.millrace.hdfs.HadoopConfiguration;
import io.millrace.runtime.checkpoint.CheckpointReport;
import io.millrace.runtime.checkpoint.DamagedCheckpointException;
import io.millrace.runtime.checkpoint.SavepointPath;
import io.millrace.runtime.checkpoint.StoredCheckpoint;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import java.io.IOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a savepoint or checkpoint holds. */
@Command(
        name = "inspect",
        description = "Shows what a savepoint or checkpoint holds; no job need run.",
        sortOptions = false)
final class InspectCommand implements Callable<Integer> {
    private final LauncherContext context;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    private boolean help;

    @Option(
            names = "--verify",
            description = "Read all files, compare their sums, and count the entries of states.")
    private boolean verify;

    @Option(names = "-D", paramLabel = "<key=value>", description = "A setting; may be repeated.")
    private List<String> settings = new ArrayList<>();

    @Parameters(
            index = "0",
            paramLabel = "<path>",
            description =
                    "Folder of a savepoint or checkpoint, its _metadata, or the folder of a job's"
                            + " checkpoints, of which the newest complete one is shown.")
    private String path;

    /** Takes {@code --verify} behind the path, too. */
    @Parameters(index = "1..*", hidden = true)
    private List<String> behind = new ArrayList<>();

    InspectCommand(LauncherContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        ParsedConfiguration configuration = context.settings(settings);
        for (String word : behind) {
            if (!word.equals("--verify")) {
                throw new ConfigurationException(
                        "Unknown argument " + word + ": see 'millrace inspect --help'.");
            }
            verify = true;
        }
        HadoopConfiguration.load(configuration.toConfiguration().toMap());
        StoredCheckpoint stored;
        try {
            stored = SavepointPath.find(path);
        } catch (DamagedCheckpointException e) {
            throw new ConfigurationException(e.getMessage(), e);
        } catch (IOException e) {
            throw new ConfigurationException(
                    path + " cannot be looked at: " + YarnCluster.firstLine(e.toString()), e);
        }
        CheckpointReport report = CheckpointReport.of(stored, verify, ZoneId.systemDefault());
        report.lines().forEach(context.terminal()::line);
        if (report.damages().isEmpty()) {
            context.terminal()
                    .line(
                            verify
                                    ? "It is whole: all sums hold."
                                    : "All files are there; --verify compares their sums.");
            return ExitCode.FINISHED.code();
        }
        context.terminal().failure("It is damaged. " + String.join(". ", report.damages()) + ".");
        return ExitCode.FAILED.code();
    }
}
