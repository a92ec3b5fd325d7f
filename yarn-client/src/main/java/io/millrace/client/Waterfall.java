package io.millrace.client;

import io.millrace.runtime.master.JobStatus.TimelineEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Where the seconds of a job's start went: one bar for each part, drawn from one named event to
 * another.
 *
 * <p>Shape: an event that several were part of (each worker's start) begins a bar when it happened
 * first and ends one when it happened last. Only what happened before the first record counts, so
 * that workers of a restart draw nothing. A bar with an end that never happened is left out.
 */
final class Waterfall {

    /**
     * @param from name of the event that it begins with
     * @param to name of the event that it ends with
     */
    record Part(String name, String from, String to) {}

    /** A part with its time, in milliseconds since the beginning of the first one. */
    record Bar(Part part, long startMillis, long endMillis) {
        long millis() {
            return endMillis - startMillis;
        }
    }

    static final String FIRST_RECORD = "first record";

    private static final int WIDTH = 40;

    private final List<Bar> bars;
    private final long totalMillis;

    private Waterfall(List<Bar> bars, long totalMillis) {
        this.bars = List.copyOf(bars);
        this.totalMillis = totalMillis;
    }

    /** The bars that can be drawn; empty if none can. */
    static Waterfall of(List<Part> parts, Collection<TimelineEvent> timeline) {
        long cut = first(FIRST_RECORD, timeline, Long.MAX_VALUE).orElse(Long.MAX_VALUE);
        List<Bar> absolute = new ArrayList<>();
        for (Part part : parts) {
            OptionalLong from = first(part.from(), timeline, cut);
            OptionalLong to = last(part.to(), timeline, cut);
            if (from.isPresent() && to.isPresent()) {
                // Clocks of two machines may disagree by more than the part took.
                long end = Math.max(from.getAsLong(), to.getAsLong());
                absolute.add(new Bar(part, from.getAsLong(), end));
            }
        }
        long begin = absolute.stream().mapToLong(Bar::startMillis).min().orElse(0);
        long end = absolute.stream().mapToLong(Bar::endMillis).max().orElse(0);
        List<Bar> bars =
                absolute.stream()
                        .map(
                                bar ->
                                        new Bar(
                                                bar.part(),
                                                bar.startMillis() - begin,
                                                bar.endMillis() - begin))
                        .toList();
        return new Waterfall(bars, end - begin);
    }

    List<Bar> bars() {
        return bars;
    }

    long totalMillis() {
        return totalMillis;
    }

    /** One line for each bar, then what no bar covers. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (bars.isEmpty()) {
            return lines;
        }
        int names = bars.stream().mapToInt(bar -> bar.part().name().length()).max().orElse(0);
        lines.add("Where the " + seconds(totalMillis) + " s of the start went:");
        for (Bar bar : bars) {
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "  %-" + names + "s %7s s |%s| %s -> %s",
                            bar.part().name(),
                            seconds(bar.millis()),
                            drawn(bar),
                            bar.part().from(),
                            bar.part().to()));
        }
        long uncovered = totalMillis - coveredMillis();
        if (uncovered > 0) {
            lines.add("  " + seconds(uncovered) + " s are in none of these.");
        }
        return lines;
    }

    private String drawn(Bar bar) {
        StringBuilder line = new StringBuilder(" ".repeat(WIDTH));
        int from = column(bar.startMillis());
        // Even the shortest bar is seen.
        int to = Math.max(from + 1, column(bar.endMillis()));
        if (from == WIDTH) {
            from--;
            to = WIDTH;
        }
        for (int i = from; i < to; i++) {
            line.setCharAt(i, '=');
        }
        return line.toString();
    }

    private int column(long millis) {
        return totalMillis == 0 ? 0 : (int) (millis * WIDTH / totalMillis);
    }

    private long coveredMillis() {
        long covered = 0;
        long upTo = 0;
        List<Bar> byStart = new ArrayList<>(bars);
        byStart.sort(Comparator.comparingLong(Bar::startMillis));
        for (Bar bar : byStart) {
            if (bar.endMillis() > upTo) {
                covered += bar.endMillis() - Math.max(upTo, bar.startMillis());
                upTo = bar.endMillis();
            }
        }
        return covered;
    }

    private static OptionalLong first(String name, Collection<TimelineEvent> timeline, long cut) {
        return timeline.stream()
                .filter(event -> event.name().equals(name) && event.wallMillis() <= cut)
                .mapToLong(TimelineEvent::wallMillis)
                .min();
    }

    private static OptionalLong last(String name, Collection<TimelineEvent> timeline, long cut) {
        return timeline.stream()
                .filter(event -> event.name().equals(name) && event.wallMillis() <= cut)
                .mapToLong(TimelineEvent::wallMillis)
                .max();
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.2f", millis / 1000.0);
    }
}
