package io.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The cost of an update of keyed state as a table: {@link KeyedState} for each layout, number and
 * distribution of keys, with and without a snapshot each second; several JVMs for each cell.
 *
 * <pre>
 *   StateTable [--keys N,N...] [--layouts L,L...] [--seconds S] [--jvms N]
 * </pre>
 *
 * Prints Markdown: the median of the CPU nanoseconds of the updating thread for an update, behind
 * it the least and the greatest; with snapshots also what one wrote and how long taking it held the
 * thread up.
 */
public final class StateTable {
    private static final List<String> LAYOUTS =
            List.of("flat", "heap", "table", "boxed", "log8", "heap64", "log64");

    private static final Pattern RESULT =
            Pattern.compile(
                    "([\\d.]+) ns/update \\(thread CPU\\).* pause (\\d+) us, ([\\d.]+) MB a"
                            + " snapshot, ([\\d.]+) MB in memory");

    private StateTable() {}

    /** What one JVM has measured. */
    record Result(double nanos, double pauseMicros, double snapshotMegabytes, double megabytes) {
        static Result parse(String line) {
            Matcher matcher = RESULT.matcher(line);
            if (!matcher.find()) {
                throw new IllegalArgumentException("No figures in: " + line);
            }
            return new Result(
                    Double.parseDouble(matcher.group(1)),
                    Double.parseDouble(matcher.group(2)),
                    Double.parseDouble(matcher.group(3)),
                    Double.parseDouble(matcher.group(4)));
        }
    }

    public static void main(String[] args) throws Exception {
        String keys = "10000,1000000";
        String layouts = String.join(",", LAYOUTS);
        String seconds = "4";
        int jvms = 3;
        for (int i = 0; i + 1 < args.length; i += 2) {
            switch (args[i]) {
                case "--keys" -> keys = args[i + 1];
                case "--layouts" -> layouts = args[i + 1];
                case "--seconds" -> seconds = args[i + 1];
                case "--jvms" -> jvms = Integer.parseInt(args[i + 1]);
                default -> usage("unknown option '" + args[i] + "'");
            }
        }
        if (args.length % 2 == 1) {
            usage("an option without a value");
        }
        for (String layout : layouts.split(",")) {
            if (!LAYOUTS.contains(layout)) {
                usage("there is no layout '" + layout + "'; there are " + LAYOUTS);
            }
        }
        System.out.println(
                "CPU ns an update: median (least to greatest) of "
                        + jvms
                        + " JVMs, "
                        + seconds
                        + " s each; JDK "
                        + Runtime.version()
                        + ", "
                        + Runtime.getRuntime().availableProcessors()
                        + " processors");
        System.out.println();
        System.out.println(
                "| layout | keys | drawn | none | snapshot each second | MB a snapshot"
                        + " | pause, us | MB in memory |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        for (String layout : layouts.split(",")) {
            for (String count : keys.split(",")) {
                for (String drawn : List.of("uniform", "zipf")) {
                    System.out.println(row(layout, count, drawn, seconds, jvms));
                }
            }
        }
    }

    private static void usage(String why) {
        System.err.println(
                "benchmark: "
                        + why
                        + ". usage: STATE [--keys N,N...] [--layouts L,L...] [--seconds S]"
                        + " [--jvms N]");
        System.exit(2);
    }

    private static String row(String layout, String keys, String drawn, String seconds, int jvms)
            throws IOException, InterruptedException {
        Result[] none = run(layout, keys, drawn, "none", seconds, jvms);
        boolean hasSnapshots = !layout.equals("flat") && !layout.startsWith("heap");
        Result[] each =
                hasSnapshots ? run(layout, keys, drawn, "each-second", seconds, jvms) : null;
        return row(layout, keys, drawn, none, each);
    }

    /**
     * @param each null for layouts that take no snapshots
     */
    static String row(String layout, String keys, String drawn, Result[] none, Result[] each) {
        String head = "| " + layout + " | " + keys + " | " + drawn + " | " + cell(none) + " | ";
        if (each == null) {
            return head + "| | | |";
        }
        Result middle = each[each.length / 2];
        return head
                + cell(each)
                + String.format(
                        Locale.ROOT,
                        " | %.1f | %.0f | %.1f |",
                        middle.snapshotMegabytes(),
                        middle.pauseMicros(),
                        middle.megabytes());
    }

    private static String cell(Result[] ascending) {
        return String.format(
                Locale.ROOT,
                "%.1f (%.1f to %.1f)",
                ascending[ascending.length / 2].nanos(),
                ascending[0].nanos(),
                ascending[ascending.length - 1].nanos());
    }

    /** In the order of their nanoseconds. */
    private static Result[] run(
            String layout, String keys, String drawn, String snapshots, String seconds, int jvms)
            throws IOException, InterruptedException {
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < jvms; i++) {
            results.add(fork(layout, keys, drawn, snapshots, seconds));
        }
        Result[] sorted = results.toArray(Result[]::new);
        Arrays.sort(sorted, (a, b) -> Double.compare(a.nanos(), b.nanos()));
        return sorted;
    }

    private static Result fork(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseParallelGC", "-XX:+UseCondCardMark", "-Xmx1g"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(KeyedState.class.getName());
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        Thread stopped = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(stopped);
        String last = "nothing";
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line;
            }
        }
        int code = process.waitFor();
        Runtime.getRuntime().removeShutdownHook(stopped);
        if (code != 0) {
            throw new IOException(
                    "KeyedState " + String.join(" ", arguments) + " ended with code " + code);
        }
        return Result.parse(last);
    }
}
