package io.millrace.benchmarks;

import io.millrace.benchmarks.BenchmarkSettings.UsageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a workload several times, each time in a JVM of its own so that no repeat finds what another
 * has compiled, and prints a line of JSON for each and one for the median.
 *
 * <p>The exit code is 0, 1 if a repeat failed, 2 if the arguments make no sense.
 */
public final class BenchmarkCommand {
    private BenchmarkCommand() {}

    /**
     * @param arguments a folder for files that workloads read; JVM options, separated by blanks, or
     *     nothing for those of the workload; the workload and its options
     */
    public static void main(String[] arguments) throws Exception {
        List<String> all = List.of(arguments);
        BenchmarkSettings settings;
        try {
            settings = BenchmarkSettings.parse(all.subList(2, all.size()));
        } catch (UsageException e) {
            System.err.println("benchmark: " + e.getMessage());
            System.exit(2);
            return;
        }
        System.exit(run(settings, Path.of(all.get(0)), all.get(1)) ? 0 : 1);
    }

    private static boolean run(BenchmarkSettings settings, Path folder, String jvmOptions)
            throws IOException, InterruptedException {
        List<Measurement> measured = new ArrayList<>();
        for (int repeat = 1; repeat <= settings.repeats(); repeat++) {
            String line = fork(settings, folder, jvmOptions, repeat);
            if (line == null) {
                System.err.println("benchmark: repeat " + repeat + " failed.");
                return false;
            }
            System.out.println(line);
            if (settings.workload() != Workload.BP) {
                measured.add(Measurement.parse(line));
            }
        }
        if (!measured.isEmpty()) {
            System.out.println(Measurement.median(measured).toJson());
        }
        return true;
    }

    /** The line that the repeat printed, or null if it failed. */
    private static String fork(
            BenchmarkSettings settings, Path folder, String jvmOptions, int repeat)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseParallelGC", "-XX:+UseCondCardMark"));
        if (settings.profile()) {
            command.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:+DebugNonSafepoints"));
        }
        command.addAll(options(settings, jvmOptions));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(
                List.of(WorkloadRun.class.getName(), Integer.toString(repeat), folder.toString()));
        command.addAll(settings.arguments());
        Process process =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .redirectInput(ProcessBuilder.Redirect.INHERIT)
                        .start();
        Thread stopped = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(stopped);
        String last = null;
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line;
            }
        }
        int code = process.waitFor();
        Runtime.getRuntime().removeShutdownHook(stopped);
        return code == 0 ? last : null;
    }

    private static List<String> options(BenchmarkSettings settings, String given) {
        if (!given.isBlank()) {
            return List.of(given.strip().split("\\s+"));
        }
        return settings.workload() == Workload.BP
                ? List.of("-Xmx256m")
                : List.of("-Xms1g", "-Xmx1g");
    }
}
