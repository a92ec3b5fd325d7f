package io.millrace.client;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.master.JobState;
import io.millrace.runtime.master.JobStatus;
import io.millrace.runtime.master.JobStatus.TimelineEvent;
import io.millrace.runtime.master.JobStatus.VertexStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Shows a job that is being followed: a line for each status, the waterfall of its start once its
 * first record has come, each warning and each failure once.
 *
 * <p>Threads: one.
 */
final class JobProgress implements Deployer.JobListener {

    /**
     * Parts of a start, in the order in which they usually follow each other. The names of the
     * events are those that launcher, application master and workers note.
     */
    static final List<Waterfall.Part> START =
            List.of(
                    new Waterfall.Part("launcher", "launcher started", "checked"),
                    new Waterfall.Part("upload", "checked", "submitted"),
                    new Waterfall.Part("master allocation", "submitted", "master JVM started"),
                    new Waterfall.Part("master start", "master JVM started", "containers asked"),
                    new Waterfall.Part(
                            "worker allocation", "containers asked", "container granted"),
                    new Waterfall.Part(
                            "localization", "container granted", "worker process started"),
                    new Waterfall.Part("worker JVM", "worker process started", "worker registered"),
                    new Waterfall.Part("deploy", "deploy sent", "first task running"),
                    new Waterfall.Part(
                            Waterfall.FIRST_RECORD, "first task running", Waterfall.FIRST_RECORD));

    private static final double MEBIBYTE = 1 << 20;

    private final Terminal terminal;
    private final LongSupplier nanoTime;
    private final long startNanos;
    private final List<TimelineEvent> launcherTimeline;
    private final Set<String> warningsShown = new HashSet<>();

    private JobStatus before;
    private int restartsShown;
    private boolean waterfallShown;
    private String waitingShown = "";

    /**
     * @param nanoTime a clock that only goes forward; its now is the time 0 of the lines
     * @param launcherTimeline what happened before the application master could note it
     */
    JobProgress(Terminal terminal, LongSupplier nanoTime, List<TimelineEvent> launcherTimeline) {
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
        this.launcherTimeline = List.copyOf(launcherTimeline);
    }

    @Override
    public void onWaiting(String line) {
        if (!line.equals(waitingShown)) {
            waitingShown = line;
            terminal.line(elapsed() + line);
        }
    }

    @Override
    public void onStatus(JobStatus status) {
        for (String warning : status.warnings()) {
            if (warningsShown.add(warning)) {
                terminal.warning(warning);
            }
        }
        if (status.restarts() > restartsShown) {
            restartsShown = status.restarts();
            terminal.line(elapsed() + restart(status));
        }
        terminal.line(elapsed() + line(status));
        showWaterfall(status, false);
        before = status;
    }

    /** The last word: the waterfall if it has not been shown, and the result. */
    void onEnd(JobStatus status) {
        if (status != null) {
            showWaterfall(status, true);
        }
    }

    private void showWaterfall(JobStatus status, boolean atEnd) {
        List<TimelineEvent> timeline = new ArrayList<>(launcherTimeline);
        timeline.addAll(status.timeline());
        boolean complete =
                timeline.stream().anyMatch(event -> event.name().equals(Waterfall.FIRST_RECORD));
        if (!waterfallShown && (complete || atEnd)) {
            waterfallShown = true;
            terminal.lines(Waterfall.of(START, timeline).lines());
        }
    }

    private String line(JobStatus status) {
        StringBuilder line = new StringBuilder(status.state().name());
        if (status.state() == JobState.WAITING_FOR_WORKERS) {
            line.append("  ")
                    .append(status.workers().registered())
                    .append(" of ")
                    .append(status.workers().needed())
                    .append(" workers");
        }
        if (status.waitingFor() != null) {
            line.append("  waiting for ").append(status.waitingFor());
        }
        if (status.inputBytesTotal() > 0) {
            line.append(
                    String.format(
                            Locale.ROOT,
                            "  %d %% of %s",
                            percent(status.inputBytesRead(), status.inputBytesTotal()),
                            size(status.inputBytesTotal())));
        }
        if (isSameRun(status)) {
            line.append(String.format(Locale.ROOT, "  %,d records/s", recordsPerSecond(status)));
        }
        if (status.busiest() != null) {
            line.append("  busiest: ").append(status.busiest());
            status.vertices().stream()
                    .filter(vertex -> vertex.name().equals(status.busiest()))
                    .findFirst()
                    .ifPresent(
                            vertex ->
                                    line.append(" (")
                                            .append(Math.round(100 * vertex.busyRatio()))
                                            .append(" % busy)"));
        }
        return line.toString();
    }

    private boolean isSameRun(JobStatus status) {
        return before != null
                && status.state() == JobState.RUNNING
                && before.epoch() == status.epoch()
                && before.restarts() == status.restarts()
                && status.nowMillis() > before.nowMillis();
    }

    /** Of the vertex that most pass through. */
    private long recordsPerSecond(JobStatus status) {
        long most = 0;
        for (VertexStatus vertex : status.vertices()) {
            long earlier =
                    before.vertices().stream()
                            .filter(other -> other.id() == vertex.id())
                            .mapToLong(JobProgress::records)
                            .findFirst()
                            .orElse(0);
            most = Math.max(most, records(vertex) - earlier);
        }
        return most * 1000 / (status.nowMillis() - before.nowMillis());
    }

    private static long records(VertexStatus vertex) {
        return Math.max(vertex.recordsIn(), vertex.recordsOut());
    }

    private static String restart(JobStatus status) {
        Failure failure = status.failure();
        return "Restart "
                + status.restarts()
                + (failure == null ? "" : " after a failure: " + failure.summary());
    }

    private static long percent(long part, long whole) {
        return part >= whole ? 100 : Math.min(99, part * 100 / whole);
    }

    private static String size(long bytes) {
        return bytes < MEBIBYTE
                ? bytes / 1024 + " KiB"
                : String.format(Locale.ROOT, "%,.0f MiB", bytes / MEBIBYTE);
    }

    private String elapsed() {
        return String.format(
                Locale.ROOT, "%5d s  ", (nanoTime.getAsLong() - startNanos) / 1_000_000_000L);
    }
}
