package io.millrace.runtime.config;

import io.millrace.api.ConfigOption;
import io.millrace.api.MemorySize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Writes {@code conf/reference.md} from the options: {@code ReferencePage <file>}. A test fails
 * while the file is not what this class writes.
 */
public final class ReferencePage {
    private ReferencePage() {}

    public static void main(String[] args) throws IOException {
        Files.writeString(Path.of(args[0]), text());
    }

    static String text() {
        StringBuilder page = new StringBuilder();
        page.append("# All options\n\n")
                .append("Written by `io.millrace.runtime.config.ReferencePage` from the code;")
                .append(" do not edit.\n\n")
                .append("Set them in `conf/millrace.yaml` (also found as `config.yaml` or")
                .append(" `flink-conf.yaml`), with\n`-D key=value` on the command line, which")
                .append(" overrides the file, or in the program, which overrides both.\n")
                .append("Memory sizes are whole numbers with a unit (`64k`, `1728m`, `12g`),")
                .append(" durations too (`100 ms`, `5 s`, `1 min`).\n")
                .append("A key that Flink knows and that is not in this list has no effect and")
                .append(" gives a warning; any other key is refused.\n");
        Options.chapters()
                .forEach(
                        (title, options) -> {
                            page.append("\n## ").append(title).append("\n\n");
                            page.append("| Key | Default | Type and range | Read by | |\n");
                            page.append("|---|---|---|---|---|\n");
                            for (ConfigOption<?> option : options) {
                                page.append(row(option));
                            }
                        });
        page.append("\n## Families of keys\n\n| Key | Read by | |\n|---|---|---|\n");
        for (KeyFamily family : DeploymentOptions.FAMILIES) {
            page.append("| `")
                    .append(family.prefix())
                    .append(family.rest())
                    .append("` | ")
                    .append(family.reader().name().toLowerCase(Locale.ROOT))
                    .append(" | ")
                    .append(family.description())
                    .append(" |\n");
        }
        return page.toString();
    }

    private static String row(ConfigOption<?> option) {
        String older =
                option.deprecatedKeys().isEmpty()
                        ? ""
                        : " Older name: "
                                + option.deprecatedKeys().stream()
                                        .map(key -> "`" + key + "`")
                                        .collect(Collectors.joining(", "))
                                + ".";
        String range = option.range();
        return "| `"
                + option.key()
                + "` | "
                + defaultOf(option)
                + " | "
                + option.typeName()
                + (range.isEmpty() ? "" : ": " + range)
                + " | "
                + option.readers().stream()
                        .sorted()
                        .map(scope -> scope.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(", "))
                + " | "
                + option.description()
                + older
                + " |\n";
    }

    private static String defaultOf(ConfigOption<?> option) {
        String text = option.defaultText();
        if (text == null) {
            return "none";
        } else if (text.isEmpty()) {
            return "empty";
        }
        return option.defaultValue().equals(MemorySize.MAX_VALUE) ? "unbounded" : "`" + text + "`";
    }
}
