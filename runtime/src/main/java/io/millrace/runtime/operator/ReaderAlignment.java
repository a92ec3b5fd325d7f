package io.millrace.runtime.operator;

import io.millrace.api.source.SourceReader;
import io.millrace.runtime.coordinate.ToCoordinator;
import io.millrace.runtime.graph.JobVertex.Alignment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a reader, or single splits of it, whose event time is further ahead than the reader was
 * told that it may go.
 *
 * <p>Before it is told anything for the first time it may emit until there is a watermark. If
 * nothing is told for a while, because there is no master, it waits for nobody until it is.
 *
 * <p>Threads: owned by the subtask.
 */
final class ReaderAlignment {
    private static final Logger LOG = LoggerFactory.getLogger(ReaderAlignment.class);
    private static final String ALLOW_UNALIGNED =
            "pipeline.watermark-alignment.allow-unaligned-source-splits";

    private final String name;
    private final Alignment alignment;
    private final boolean allowsUnalignedSplits;
    private final SplitMarks marks;
    private final ActivityClock activity;
    private final ProcessingTime time;
    private final LongConsumer reports;
    private boolean ended;
    private boolean alone;
    private long limitMillis = Long.MAX_VALUE;
    private long toldMillis;
    private long nextMillis;

    /**
     * @param activity of the reader, which stands while it is held
     * @param reports takes how far the reader is, as in {@link ToCoordinator.ReportWatermark}
     */
    ReaderAlignment(
            String name,
            Alignment alignment,
            boolean allowsUnalignedSplits,
            SplitMarks marks,
            ActivityClock activity,
            ProcessingTime time,
            LongConsumer reports) {
        this.name = name;
        this.alignment = alignment;
        this.allowsUnalignedSplits = allowsUnalignedSplits;
        this.marks = marks;
        this.activity = activity;
        this.time = time;
        this.reports = reports;
    }

    void open() {
        if (!alignment.isEnabled()) {
            return;
        }
        long now = time.nowMillis();
        toldMillis = now;
        limit(Long.MIN_VALUE);
        nextMillis = now + alignment.updateMillis();
        time.wakeAt(nextMillis);
    }

    /** How far it is ahead of where it may go; below 0 if it is not. */
    long driftMillis() {
        long watermark = marks.watermarkMillis();
        boolean known = watermark != Long.MIN_VALUE && limitMillis != Long.MIN_VALUE;
        return known ? watermark - limitMillis : 0;
    }

    private void limit(long maxWatermarkMillis) {
        limitMillis = maxWatermarkMillis;
        marks.limit(maxWatermarkMillis);
        if (!marks.isAhead()) {
            activity.goOn();
        }
    }

    // ------------------------------------------------------------------ news

    /** It was told how far it may go. */
    void alignTo(long maxWatermarkMillis) {
        toldMillis = time.nowMillis();
        alone = false;
        limit(maxWatermarkMillis);
    }

    /** Tells how far it is. */
    void report() {
        if (alignment.isEnabled()) {
            reports.accept(ended || marks.isIdle() ? Long.MAX_VALUE : marks.watermarkMillis());
        }
    }

    /** Nobody is to wait for it any more. */
    void end() {
        ended = true;
        report();
    }

    /** As {@link Operator#processingTime}. */
    void processingTime(long nowMillis) {
        if (!alignment.isEnabled()) {
            return;
        }
        if (nowMillis >= nextMillis) {
            long patienceMillis = alignment.patienceMillis();
            if (!alone && nowMillis - toldMillis >= patienceMillis) {
                alone = true;
                limit(Long.MAX_VALUE);
                LOG.warn(
                        "The reader of '{}' was told nothing of the watermark group '{}' for {} s,"
                                + " and waits for nobody until it is",
                        name,
                        alignment.group(),
                        patienceMillis / 1000);
            }
            report();
            nextMillis = nowMillis + alignment.updateMillis();
        }
        time.wakeAt(nextMillis);
    }

    // ------------------------------------------------------------------ holding

    /** Whether there is something to be done before another record; asked after each. */
    boolean isDue() {
        return marks.isAnyAhead();
    }

    /**
     * Lets single splits rest or go on.
     *
     * @return whether the whole reader is to rest
     */
    boolean holds(SourceReader<?, ?> reader) {
        if (marks.isSplitAhead()) {
            letSplitsRest(reader);
        }
        boolean held = marks.isAhead();
        if (held) {
            activity.stop();
        }
        return held;
    }

    private void letSplitsRest(SourceReader<?, ?> reader) {
        List<String> toRest = new ArrayList<>();
        List<String> toGoOn = new ArrayList<>();
        marks.takeSplits(toRest, toGoOn);
        try {
            reader.pauseOrResumeSplits(toRest, toGoOn);
        } catch (UnsupportedOperationException e) {
            if (!allowsUnalignedSplits) {
                throw new UnsupportedOperationException(
                        "Splits "
                                + toRest
                                + " of '"
                                + name
                                + "' are ahead of its watermark group '"
                                + alignment.group()
                                + "', and its reader cannot let single splits rest: implement"
                                + " SourceReader.pauseOrResumeSplits, or set "
                                + ALLOW_UNALIGNED
                                + " to true, so that the reader is held up only as a whole.",
                        e);
            }
            marks.neverLetSplitsRest();
            LOG.info(
                    "The reader of '{}' cannot let single splits rest: it is held up only as a"
                            + " whole",
                    name);
        }
    }
}
