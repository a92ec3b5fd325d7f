package io.millrace.client;

import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.DeploymentOptions.Target;
import io.millrace.runtime.config.JobOptions;
import io.millrace.runtime.config.ParsedConfiguration;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the plan of a program's job. */
@Command(
        name = "info",
        description =
                "Prints the plan of a program's first job as JSON. Runs main up to there on this"
                        + " machine, and no job; needs no cluster.",
        sortOptions = false)
final class InfoCommand implements Callable<Integer> {
    private final LauncherContext context;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    private boolean help;

    @Option(
            names = {"-c", "--class"},
            paramLabel = "<class>",
            description = "Class with the program's main; else the jar's manifest names it.")
    private String entryClass;

    @Option(
            names = {"-p", "--parallelism"},
            paramLabel = "<n>",
            description =
                    "Parallelism of operators for which the program sets none"
                            + " (parallelism.default).")
    private String parallelism;

    @Option(
            names = {"-C", "--classpath"},
            paramLabel = "<url>",
            description = "Further classes of the program; may be repeated (pipeline.classpaths).")
    private List<String> classpaths = new ArrayList<>();

    @Option(names = "-D", paramLabel = "<key=value>", description = "A setting; may be repeated.")
    private List<String> settings = new ArrayList<>();

    @Parameters(
            index = "0",
            paramLabel = "<jar>",
            description = "Jar of the program, a local file.")
    private String jar;

    @Parameters(
            index = "1..*",
            paramLabel = "<arguments>",
            description = "Arguments of the program's main, passed on untouched.")
    private List<String> arguments = new ArrayList<>();

    InfoCommand(LauncherContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, ProgramFailedException {
        ParsedConfiguration configuration = context.settings(allSettings());
        URI file = ProgramJar.locate(jar);
        if (!"file".equals(file.getScheme())) {
            throw new ConfigurationException(
                    "The jar "
                            + jar
                            + " is not on this machine, where info runs its main: copy it here.");
        }
        List<URL> more =
                configuration.getIfSet(JobOptions.CLASSPATHS).orElse(List.of()).stream()
                        .map(ProgramJar::classpath)
                        .toList();
        ProgramJar.checkEntryClass(file, entryClass, arguments, more);
        String plan =
                PerJobProgram.plan(
                        new SubmissionRequest(
                                Target.YARN_PER_JOB, file, entryClass, arguments, configuration));
        context.terminal().lines(plan.lines().toList());
        return ExitCode.FINISHED.code();
    }

    private List<String> allSettings() {
        List<String> all = new ArrayList<>(settings);
        if (parallelism != null) {
            all.add(JobOptions.DEFAULT_PARALLELISM.key() + "=" + parallelism);
        }
        if (!classpaths.isEmpty()) {
            all.add(JobOptions.CLASSPATHS.key() + "=" + String.join(";", classpaths));
        }
        return all;
    }
}
