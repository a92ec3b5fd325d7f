package io.millrace.testkit.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Virtual time: events one after another, each at its moment, those of one moment in the order in
 * which they were made.
 *
 * <p>Threads: one.
 */
final class Simulation {
    /** How much of what happened a failure shows. */
    private static final int TRACE_LINES = Integer.getInteger("simulation.trace", 400);

    private static final long FNV_PRIME = 0x100000001b3L;

    private final Random random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Deque<String> trace = new ArrayDeque<>();
    private long nowNanos;
    private long made;
    private long handled;
    private long hash = 0xcbf29ce484222325L;

    private record Event(long atNanos, long number, Runnable step) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    Simulation(Random random) {
        this.random = random;
    }

    Random random() {
        return random;
    }

    long nowNanos() {
        return nowNanos;
    }

    long handled() {
        return handled;
    }

    /** Of everything that was told with {@link #tell}, in its order. */
    long hash() {
        return hash;
    }

    void at(long delayNanos, Runnable step) {
        events.add(new Event(nowNanos + Math.max(0, delayNanos), made++, step));
    }

    void after(Duration delay, Runnable step) {
        at(delay.toNanos(), step);
    }

    /** After a while that chance chooses, evenly. */
    void between(Duration least, Duration most, Runnable step) {
        at(nanosBetween(least, most), step);
    }

    long nanosBetween(Duration least, Duration most) {
        long span = most.toNanos() - least.toNanos();
        return least.toNanos() + (long) (random.nextDouble() * span);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Handles the next event; false if there is none. */
    boolean step() {
        Event event = events.poll();
        if (event == null) {
            return false;
        }
        nowNanos = event.atNanos;
        handled++;
        event.step.run();
        return true;
    }

    /** Something happened to somebody: part of the trace and of the hash. */
    void tell(String who, String what) {
        String line = String.format("%10.3f  %-10s %s", nowNanos / 1e9, who, what);
        for (int i = 0; i < line.length(); i++) {
            hash = (hash ^ line.charAt(i)) * FNV_PRIME;
        }
        trace.addLast(line);
        if (trace.size() > TRACE_LINES) {
            trace.removeFirst();
        }
    }

    /** The last things that happened. */
    String trace() {
        return String.join("\n", trace);
    }
}
