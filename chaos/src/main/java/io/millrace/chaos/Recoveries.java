package io.millrace.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What came of each fault, as a table.
 *
 * <p>Threads: one.
 */
final class Recoveries {
    private final Map<Fault, List<Recovery>> byFault = new EnumMap<>(Fault.class);

    /**
     * What came of one fault.
     *
     * @param seconds from the fault until a running job was seen to take further records in
     * @param restarts starts of the job's tasks that it caused
     */
    record Recovery(double seconds, int restarts) {}

    void add(Fault fault, Recovery recovery) {
        byFault.computeIfAbsent(fault, f -> new ArrayList<>()).add(recovery);
    }

    int faults() {
        return byFault.values().stream().mapToInt(List::size).sum();
    }

    int faults(Fault fault) {
        return byFault.getOrDefault(fault, List.of()).size();
    }

    /** Faults that tasks must not notice, and did. */
    long noticedByTasks() {
        return byFault.entrySet().stream()
                .filter(e -> e.getKey().isUnnoticedByTasks())
                .flatMap(e -> e.getValue().stream())
                .filter(recovery -> recovery.restarts() > 0)
                .count();
    }

    /** The table, a line each. */
    List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(line("fault", "times", "median s", "worst s", "restarts"));
        byFault.forEach((fault, recoveries) -> lines.add(row(fault.words(), recoveries)));
        lines.add(row("all", byFault.values().stream().flatMap(List::stream).toList()));
        return lines;
    }

    private static String row(String name, List<Recovery> recoveries) {
        List<Double> seconds = recoveries.stream().map(Recovery::seconds).sorted().toList();
        return line(
                name,
                Integer.toString(recoveries.size()),
                seconds.isEmpty() ? "-" : number(seconds.get((seconds.size() - 1) / 2)),
                seconds.isEmpty() ? "-" : number(seconds.get(seconds.size() - 1)),
                Integer.toString(recoveries.stream().mapToInt(Recovery::restarts).sum()));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String line(
            String name, String times, String median, String worst, String restarts) {
        return String.format(
                Locale.ROOT, "%-28s %6s %9s %8s %9s", name, times, median, worst, restarts);
    }
}
