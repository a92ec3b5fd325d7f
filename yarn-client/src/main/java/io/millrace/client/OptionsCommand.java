package io.millrace.client;

import io.millrace.api.ConfigOption;
import io.millrace.runtime.config.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the settings. */
@Command(
        name = "options",
        description = "Lists the settings that can be made with -D or in conf/millrace.yaml.",
        sortOptions = false)
final class OptionsCommand implements Callable<Integer> {
    private final LauncherContext context;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    private boolean help;

    @Parameters(
            arity = "0..1",
            paramLabel = "<part of the key>",
            description = "Only those whose key contains this.")
    private String part = "";

    OptionsCommand(LauncherContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        for (ConfigOption<?> option : Options.all()) {
            if (option.key().toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT))) {
                context.terminal().lines(described(option));
            }
        }
        return ExitCode.FINISHED.code();
    }

    private static List<String> described(ConfigOption<?> option) {
        List<String> lines = new ArrayList<>();
        String range = option.range();
        lines.add(option.key());
        lines.add(
                "    "
                        + (option.hasDefaultValue()
                                ? "default " + option.defaultText()
                                : "no default")
                        + "; "
                        + option.typeName()
                        + (range.isEmpty() ? "" : ", " + range));
        lines.add("    " + option.description());
        return lines;
    }
}
