package io.millrace.client;

import io.millrace.client.Deployer.ApplicationSummary;
import io.millrace.runtime.config.ParsedConfiguration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists applications. */
@Command(name = "list", description = "Lists applications on the cluster.", sortOptions = false)
final class ListCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private final LauncherContext context;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    private boolean help;

    @Option(
            names = {"-a", "--all"},
            description = "Also those that have ended.")
    private boolean all;

    @Option(
            names = {"-r", "--running", "-s", "--scheduled"},
            hidden = true)
    private boolean running;

    @Option(
            names = {"-t", "--target"},
            hidden = true)
    private String target;

    @Option(names = "-D", paramLabel = "<key=value>", description = "A setting; may be repeated.")
    private List<String> settings = new ArrayList<>();

    ListCommand(LauncherContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        ParsedConfiguration configuration = context.settings(settings);
        try (Deployer deployer = context.connector().connect(configuration)) {
            List<ApplicationSummary> applications = deployer.list(all);
            if (applications.isEmpty()) {
                context.terminal()
                        .line(all ? "There are no applications." : "No application is running.");
            } else {
                context.terminal().lines(table(applications));
            }
        }
        return ExitCode.FINISHED.code();
    }

    private static List<String> table(List<ApplicationSummary> applications) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("application", "state", "started", "user", "queue", "name"));
        for (ApplicationSummary application : applications) {
            rows.add(
                    List.of(
                            application.applicationId(),
                            application.state(),
                            TIME.format(
                                    Instant.ofEpochMilli(application.startMillis())
                                            .atZone(ZoneId.systemDefault())),
                            application.user(),
                            application.queue(),
                            application.name()));
        }
        return TextTable.lines(rows);
    }
}
