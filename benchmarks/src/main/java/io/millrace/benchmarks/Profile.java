package io.millrace.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordingFile;

/**
 * Samples of the running threads between {@link #start} and {@link #print}, by the JVM's flight
 * recorder.
 *
 * <p>Only Java code is sampled: collections, the compiler and the kernel are not in it.
 */
final class Profile {
    private static final int TOP = 10;

    private final Recording recording;

    private Profile(Recording recording) {
        this.recording = recording;
    }

    @SuppressWarnings("resource") // closed by print
    static Profile start() {
        Recording recording = new Recording();
        recording.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(2));
        recording.enable("jdk.NativeMethodSample").withPeriod(Duration.ofMillis(2));
        recording.start();
        return new Profile(recording);
    }

    /**
     * Ends it and prints the methods in which the most samples were taken, for each kind of thread:
     * inlined methods count for themselves.
     */
    void print(PrintStream out) throws IOException {
        recording.stop();
        Path file = Files.createTempFile("millrace-benchmark", ".jfr");
        try {
            recording.dump(file);
            Map<String, Map<String, Integer>> byThread = new HashMap<>();
            Map<String, Integer> overall = new HashMap<>();
            for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
                if (!event.getEventType().getName().equals("jdk.ExecutionSample")
                        || event.getStackTrace() == null
                        || event.getStackTrace().getFrames().isEmpty()) {
                    continue;
                }
                String method = name(event.getStackTrace().getFrames().get(0));
                String thread =
                        event.getThread("sampledThread")
                                .getJavaName()
                                .replaceAll("\\[\\d+\\]$|-\\d+$", "");
                overall.merge(method, 1, Integer::sum);
                byThread.computeIfAbsent(thread, t -> new HashMap<>())
                        .merge(method, 1, Integer::sum);
            }
            print(out, "all threads", overall);
            byThread.entrySet().stream()
                    .sorted(Comparator.comparingInt(entry -> -sum(entry.getValue())))
                    .filter(entry -> sum(entry.getValue()) * 20 > sum(overall))
                    .forEach(entry -> print(out, entry.getKey(), entry.getValue()));
        } finally {
            recording.close();
            Files.deleteIfExists(file);
        }
    }

    private static String name(RecordedFrame frame) {
        RecordedMethod method = frame.getMethod();
        String type = method.getType().getName();
        return type.substring(type.lastIndexOf('.') + 1) + "." + method.getName();
    }

    private static int sum(Map<String, Integer> samples) {
        return samples.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static void print(PrintStream out, String title, Map<String, Integer> samples) {
        int all = sum(samples);
        out.printf(Locale.ROOT, "%d samples of %s%n", all, title);
        List<Map.Entry<String, Integer>> top =
                samples.entrySet().stream()
                        .sorted(Comparator.comparingInt(entry -> -entry.getValue()))
                        .limit(TOP)
                        .toList();
        for (Map.Entry<String, Integer> entry : top) {
            out.printf(
                    Locale.ROOT,
                    "  %5.1f %%  %s%n",
                    100.0 * entry.getValue() / all,
                    entry.getKey());
        }
    }
}
