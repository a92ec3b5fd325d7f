package io.millrace.runtime.memory;

import io.millrace.runtime.memory.ProcessMemory.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The derivation of a process's memory as a table, for a log or a terminal. */
public final class MemoryReport {
    private MemoryReport() {}

    /** One line for each part: name, mebibytes, where it comes from. */
    public static List<String> lines(ProcessMemory memory) {
        int names = memory.lines().stream().mapToInt(line -> line.name().length()).max().orElse(0);
        List<String> lines = new ArrayList<>();
        for (Line line : memory.lines()) {
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "  %-" + names + "s %10.2f MiB  %s",
                            line.name(),
                            line.size().getBytes() / (double) (1 << 20),
                            line.from()));
        }
        return lines;
    }
}
