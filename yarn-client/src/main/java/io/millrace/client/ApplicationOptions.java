package io.millrace.client;

import io.millrace.client.Deployer.ApplicationSummary;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.YarnOptions;
import io.millrace.runtime.master.JobStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How a command says which application it is meant for. */
final class ApplicationOptions {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    @Option(
            names = "--app",
            paramLabel = "<id or name>",
            description = "The application, by its id or its name.")
    private String idOrName;

    @Option(
            names = {"-yid", "--yarnapplicationId"},
            hidden = true)
    private String yarnId;

    @Option(
            names = {"-t", "--target"},
            hidden = true)
    private String target;

    @Option(
            names = "-D",
            paramLabel = "<key=value>",
            description = "A setting, e.g. yarn.application.id; may be repeated.")
    private List<String> settings = new ArrayList<>();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "<application or job id>",
            description = "The application; may be left out where only one is running.")
    private String id;

    /** Whether a word can only be an application or a job. */
    static boolean isId(String word) {
        return word.matches("application_\\d+_\\d+") || isJobId(word);
    }

    private static boolean isJobId(String word) {
        return word.matches("[0-9a-f]{32}");
    }

    /** Takes the first word for something else, and gives it back; null if there is none. */
    String takeWord() {
        String word = id;
        id = null;
        return word;
    }

    /** The first word; null if there is none. */
    String word() {
        return id;
    }

    /** A word that was taken for something else is the application. */
    void giveWord(String word) {
        id = word;
    }

    ParsedConfiguration configuration(LauncherContext context) {
        return context.settings(settings);
    }

    /** The application that is meant. */
    String application(ParsedConfiguration configuration, Deployer deployer)
            throws IOException, InterruptedException {
        if (id != null && isJobId(id)) {
            return ofJob(id, configuration, deployer);
        }
        String named =
                Stream.of(id, idOrName, yarnId, configuration.get(YarnOptions.APPLICATION_ID))
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null);
        if (named != null && named.matches("application_\\d+_\\d+")) {
            return named;
        }
        List<ApplicationSummary> running = deployer.list(false);
        List<ApplicationSummary> meant =
                running.stream()
                        .filter(application -> named == null || application.name().equals(named))
                        .toList();
        if (meant.size() == 1) {
            return meant.get(0).applicationId();
        }
        String what = named == null ? "" : " called '" + named + "'";
        throw new ConfigurationException(
                meant.isEmpty()
                        ? "No application" + what + " is running: 'millrace list' shows them."
                        : meant.size()
                                + " applications"
                                + what
                                + " are running: name one of "
                                + meant.stream()
                                        .map(ApplicationSummary::applicationId)
                                        .collect(Collectors.joining(", "))
                                + ".");
    }

    /** Where an application is named as well, as Flink's users do, that is it. */
    private String ofJob(String jobId, ParsedConfiguration configuration, Deployer deployer)
            throws IOException, InterruptedException {
        String named = yarnId != null ? yarnId : configuration.get(YarnOptions.APPLICATION_ID);
        List<ApplicationSummary> running =
                deployer.list(false).stream()
                        .filter(a -> named == null || a.applicationId().equals(named))
                        .toList();
        for (ApplicationSummary application : running) {
            String runs =
                    deployer.status(application.applicationId())
                            .map(JobStatus::jobId)
                            .orElse("none");
            if (runs.equals(jobId)) {
                return application.applicationId();
            }
        }
        throw new ConfigurationException(
                "Of the "
                        + running.size()
                        + " applications that are running none runs job "
                        + jobId
                        + ": 'millrace list' shows them.");
    }
}
