package io.millrace.client;

import io.millrace.runtime.config.ConfigurationException;
import io.millrace.runtime.control.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line: reads the arguments, runs one command, returns its exit code.
 *
 * <p>Errors: whatever is refused is one sentence on stderr and {@link ExitCode#REFUSED}.
 */
@Command(
        name = "millrace",
        description = "Runs stream processing jobs on YARN.",
        versionProvider = Launcher.Version.class,
        synopsisSubcommandLabel = "<command>",
        footer = {
            "",
            "Exit codes: 0 finished, 1 failed, 2 refused, 3 cancelled, 130 Ctrl-C.",
            "Settings: -D key=value, or conf/millrace.yaml; 'millrace options' lists them."
        })
final class Launcher {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    private boolean help;

    @Option(
            names = {"-v", "--version"},
            versionHelp = true,
            description = "Show the version.")
    private boolean version;

    private final LauncherContext context;

    Launcher(LauncherContext context) {
        this.context = context;
    }

    /** Runs one command line; does not throw. */
    ExitCode run(String... arguments) {
        int code = commandLine().execute(arguments);
        for (ExitCode known : ExitCode.values()) {
            if (known.code() == code) {
                return known;
            }
        }
        throw new IllegalStateException("A command ended with the unknown exit code " + code);
    }

    private CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(this);
        commandLine.addSubcommand(new RunApplicationCommand(context));
        commandLine.addSubcommand(new RunCommand(context));
        commandLine.addSubcommand(new ListCommand(context));
        commandLine.addSubcommand(new FollowCommand(context));
        commandLine.addSubcommand(new StatusCommand(context));
        commandLine.addSubcommand(new CheckpointCommand(context));
        commandLine.addSubcommand(new SavepointCommand(context));
        commandLine.addSubcommand(new StopCommand(context));
        commandLine.addSubcommand(new CancelCommand(context));
        commandLine.addSubcommand(new InfoCommand(context));
        commandLine.addSubcommand(new InspectCommand(context));
        commandLine.addSubcommand(new MemoryCommand(context));
        commandLine.addSubcommand(new OptionsCommand(context));
        // What follows the jar is the program's, whatever it looks like.
        commandLine.setStopAtPositional(true);
        for (String name :
                List.of("checkpoint", "savepoint", "stop", "cancel", "status", "follow")) {
            commandLine.getSubcommands().get(name).setStopAtPositional(false);
        }
        commandLine.setExpandAtFiles(false);
        commandLine.setOut(new PrintWriter(context.terminal().out(), true, StandardCharsets.UTF_8));
        commandLine.setErr(new PrintWriter(context.terminal().err(), true, StandardCharsets.UTF_8));
        commandLine.setUsageHelpAutoWidth(false);
        commandLine.setParameterExceptionHandler(this::refuse);
        commandLine.setExecutionExceptionHandler(
                (exception, command, parsed) -> fail(exception).code());
        commandLine.setExecutionStrategy(
                parsed -> {
                    if (!parsed.hasSubcommand()
                            && !parsed.isUsageHelpRequested()
                            && !parsed.isVersionHelpRequested()) {
                        throw new ParameterException(parsed.commandSpec().commandLine(), "");
                    }
                    return new CommandLine.RunLast().execute(parsed);
                });
        return commandLine;
    }

    private int refuse(ParameterException exception, String[] arguments) {
        CommandLine command = exception.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String sentence = sentence(exception);
        context.terminal()
                .refusal(
                        sentence.isEmpty()
                                ? "No command was given: 'millrace --help' lists them."
                                : sentence + ": see '" + name + " --help'.");
        return ExitCode.REFUSED.code();
    }

    private static String sentence(ParameterException exception) {
        if (exception instanceof MissingParameterException missing
                && missing.getMissing().stream()
                        .anyMatch(CommandLine.Model.ArgSpec::isPositional)) {
            return missing.getMissing().get(0).paramLabel() + " is missing";
        }
        String text = exception.getMessage() == null ? "" : exception.getMessage().strip();
        if (exception instanceof UnmatchedArgumentException unmatched) {
            List<String> suggestions = unmatched.getSuggestions();
            text =
                    (exception.getCommandLine().getParent() == null
                                            && !unmatched.getUnmatched().get(0).startsWith("-")
                                    ? "Unknown command "
                                    : "Unknown argument ")
                            + String.join(" ", unmatched.getUnmatched())
                            + (suggestions.isEmpty()
                                    ? ""
                                    : ", did you mean " + String.join(" or ", suggestions) + "?");
        }
        String line = text.replaceAll("\\s*\\R\\s*", " ");
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }

    private ExitCode fail(Exception exception) {
        Terminal terminal = context.terminal();
        if (exception instanceof ConfigurationException) {
            terminal.refusal(exception.getMessage());
            return ExitCode.REFUSED;
        } else if (exception instanceof ProgramFailedException program) {
            Failure failure = program.failure();
            terminal.failure(
                    "The program failed: " + failure.cause().root() + "\n" + failure.report());
            return ExitCode.FAILED;
        } else if (exception instanceof InterruptedException) {
            return ExitCode.INTERRUPTED;
        } else if (exception instanceof IOException) {
            // Of an exception of a daemon the message has the daemon's stack trace in it.
            terminal.failure(
                    "The cluster did not answer as it should: "
                            + exception.toString().lines().findFirst().orElse(""));
            return ExitCode.FAILED;
        }
        StringWriter trace = new StringWriter();
        exception.printStackTrace(new PrintWriter(trace));
        terminal.failure("The launcher failed; this is a mistake of ours: " + trace);
        return ExitCode.FAILED;
    }

    /** The version of the build. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            Properties properties = new Properties();
            try (InputStream in = Launcher.class.getResourceAsStream("version.properties")) {
                properties.load(in);
            } catch (IOException e) {
                throw new UncheckedIOException("version.properties cannot be read", e);
            }
            return new String[] {"Millrace " + properties.getProperty("version")};
        }
    }
}
