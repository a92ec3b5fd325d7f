package io.millrace.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
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
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Recording recording;
    private final Map<Long, Long> cpuNanosBefore;
    private final ProcessCounters before;

    private Profile(Recording recording) {
        this.recording = recording;
        this.cpuNanosBefore = cpuNanos();
        this.before = ProcessCounters.now();
    }

    /** Of the Java threads that live, by their number. */
    private static Map<Long, Long> cpuNanos() {
        Map<Long, Long> nanos = new HashMap<>();
        for (long id : THREADS.getAllThreadIds()) {
            nanos.put(id, THREADS.getThreadCpuTime(id));
        }
        return nanos;
    }

    /** Which threads used the process's time; what is left are the compiler and the collector. */
    private void printThreads(PrintStream out) {
        long all = ProcessCounters.now().cpuNanos() - before.cpuNanos();
        long rest = all;
        Map<String, Long> byName = new TreeMap<>();
        for (Map.Entry<Long, Long> thread : cpuNanos().entrySet()) {
            ThreadInfo info = THREADS.getThreadInfo(thread.getKey());
            long nanos = thread.getValue() - cpuNanosBefore.getOrDefault(thread.getKey(), 0L);
            if (info != null && nanos > 0) {
                byName.merge(kind(info.getThreadName()), nanos, Long::sum);
                rest -= nanos;
            }
        }
        byName.put("(the virtual machine's own)", rest);
        out.println("CPU time by thread");
        byName.entrySet().stream()
                .sorted(Comparator.comparingLong(entry -> -entry.getValue()))
                .filter(entry -> entry.getValue() * 100 > all)
                .forEach(
                        entry ->
                                out.printf(
                                        Locale.ROOT,
                                        "  %5.1f %%  %s%n",
                                        100.0 * entry.getValue() / all,
                                        entry.getKey()));
    }

    private static String kind(String threadName) {
        return threadName.replaceAll("\\[\\d+\\]$|-\\d+$", "");
    }

    @SuppressWarnings("resource") // closed by print
    static Profile start() {
        Recording recording = new Recording();
        recording.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(5));
        recording.enable("jdk.NativeMethodSample").withPeriod(Duration.ofMillis(5));
        recording.start();
        return new Profile(recording);
    }

    /**
     * Ends it and prints the methods in which the most samples were taken, for each kind of thread:
     * inlined methods count for themselves.
     */
    void print(PrintStream out) throws IOException {
        recording.stop();
        printThreads(out);
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
                String thread = kind(event.getThread("sampledThread").getJavaName());
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
        // a hidden class has a number behind its name
        String type = method.getType().getName().replaceFirst("(\\+0x[0-9a-f]+)?([./]\\d+)?$", "");
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
