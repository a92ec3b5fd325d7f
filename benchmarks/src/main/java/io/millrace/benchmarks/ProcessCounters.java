package io.millrace.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Times of this process at a moment.
 *
 * @param nanoTime by {@link System#nanoTime}
 * @param cpuNanos of all threads together
 * @param gcMillis spent in collections
 */
record ProcessCounters(long nanoTime, long cpuNanos, long gcMillis) {
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    static ProcessCounters now() {
        long gcMillis = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            gcMillis += Math.max(0, collector.getCollectionTime());
        }
        return new ProcessCounters(System.nanoTime(), SYSTEM.getProcessCpuTime(), gcMillis);
    }

    /** The most that was ever resident, by {@code /proc}; 0 where there is none. */
    static long peakRssBytes() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
        } catch (IOException e) {
            // not on Linux
        }
        return 0;
    }
}
