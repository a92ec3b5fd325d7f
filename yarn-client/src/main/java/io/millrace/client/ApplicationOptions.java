package io.millrace.client;

import io.millrace.client.Deployer.ApplicationSummary;
import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.config.ParsedConfiguration;
import io.millrace.runtime.config.YarnOptions;
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
            paramLabel = "<application id>",
            description = "The application; may be left out where only one is running.")
    private String id;

    ParsedConfiguration configuration(LauncherContext context) {
        return context.settings(settings);
    }

    /** The application that is meant. */
    String application(ParsedConfiguration configuration, Deployer deployer) throws IOException {
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
}
