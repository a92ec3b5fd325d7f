package io.millrace.runtime.exchange;

import io.millrace.runtime.exchange.StreamEvent.Barrier;
import io.millrace.runtime.exchange.StreamEvent.EndOfChannel;
import io.millrace.runtime.exchange.StreamEvent.EndOfData;
import io.millrace.runtime.exchange.StreamEvent.Status;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import java.util.Arrays;
import java.util.BitSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * All channels that one subtask reads, taken in turn.
 *
 * <p>Events of the channels become events of the gate: a watermark when the minimum over the active
 * channels rises, a barrier when it has come on every channel that has not ended, the end of data
 * when it has come on all, the end of the channel when all have ended.
 *
 * <p>While barriers are awaited, a channel that is ahead is not read, or, if the gate does not
 * {@linkplain Alignment align}, read on; those of savepoints are always aligned. A barrier of a
 * checkpoint that was given up, or that a later one has overtaken, is dropped.
 *
 * <p>Threads: owned by the reading subtask, except the {@link #wakeup wakeups}, which anybody may
 * call.
 */
public final class InputGate {
    private static final long NO_WATERMARK = Long.MIN_VALUE;

    private final Wakeup subtask;
    private final AtomicLongArray ready;
    private final InputChannel[] channels;
    private final long[] watermarks;
    private final boolean[] idle;
    private final boolean[] dataEnded;
    private final boolean[] ended;
    private final boolean[] blocked;
    private int cursor = -1;
    private int remainingData;
    private int remaining;
    private int blockedCount;
    private Barrier aligning;
    private long alignmentStartNanos;
    private long lastAlignmentNanos;

    /** Checkpoints up to this one are over for this gate. */
    private long overUpTo;

    /** Checkpoints behind that which were given up. */
    private final TreeSet<Long> givenUp = new TreeSet<>();

    /** Barriers of masters before this one are dropped. */
    private int leastEpoch;

    /** Where the gate does not align: the checkpoints whose barriers have begun to come. */
    private final TreeMap<Long, Counted> counted = new TreeMap<>();

    private final Alignment alignment;
    private final LongSupplier nanoClock;
    private long watermark = NO_WATERMARK;
    private boolean allIdle;

    /** What becomes of a channel on which a barrier has come before the others. */
    public enum Alignment {
        /** It is not read until they have come on all: no record behind it counts before it. */
        ALIGNED,
        /** It is read on: records behind it may count before it, and again after a restore. */
        NONE
    }

    /**
     * @param channels number of channels, at least 1
     * @param subtask called whenever a channel may have something
     * @param nanoClock for the time that alignment takes
     */
    public InputGate(int channels, Wakeup subtask, Alignment alignment, LongSupplier nanoClock) {
        if (channels < 1) {
            throw new IllegalArgumentException("a gate of " + channels + " channels");
        }
        this.subtask = subtask;
        this.alignment = alignment;
        this.nanoClock = nanoClock;
        this.channels = new InputChannel[channels];
        this.ready = new AtomicLongArray((channels + 63) / 64);
        this.watermarks = new long[channels];
        Arrays.fill(watermarks, NO_WATERMARK);
        this.idle = new boolean[channels];
        this.dataEnded = new boolean[channels];
        this.ended = new boolean[channels];
        this.blocked = new boolean[channels];
        this.remainingData = channels;
        this.remaining = channels;
    }

    /** What channel i calls when it may have something; given to it when it is opened. */
    public Wakeup wakeup(int channel) {
        return () -> {
            markReady(channel);
            subtask.wake();
        };
    }

    /** Puts a channel into its place. */
    public void attach(int channel, InputChannel opened) {
        channels[channel] = opened;
        markReady(channel);
    }

    private void markReady(int channel) {
        int word = channel >> 6;
        long bit = 1L << channel;
        long now = ready.get(word);
        while ((now & bit) == 0 && !ready.compareAndSet(word, now, now | bit)) {
            now = ready.get(word);
        }
    }

    private boolean isReady(int channel) {
        return (ready.get(channel >> 6) & 1L << channel) != 0;
    }

    private void clearReady(int channel) {
        int word = channel >> 6;
        long bit = 1L << channel;
        long now = ready.get(word);
        while (!ready.compareAndSet(word, now, now & ~bit)) {
            now = ready.get(word);
        }
    }

    /**
     * The next thing to do: a {@link RecordBatch}, an event of the gate, or null if there is
     * nothing now. After {@link EndOfChannel} there is never anything again.
     */
    public Object poll() throws ExchangeException {
        int count = channels.length;
        for (int looked = 0; looked < count; ) {
            int at = nextReady(count - looked);
            if (at < 0) {
                return null;
            }
            looked += distance(at);
            cursor = at;
            Object element = take(at);
            if (element instanceof RecordBatch) {
                return element;
            }
            if (element != null) {
                Object event = onEvent(at, (StreamEvent) element);
                if (event != null) {
                    return event;
                }
                looked = 0; // the event was for the gate alone; there may be more behind it
            }
        }
        return null;
    }

    private int distance(int at) {
        int steps = at - cursor;
        return steps > 0 ? steps : steps + channels.length;
    }

    /**
     * The next channel after the cursor that is ready and not blocked, looking at {@code limit} at
     * most.
     */
    private int nextReady(int limit) {
        int count = channels.length;
        for (int i = 1; i <= limit; ) {
            int at = (cursor + i) % count;
            if ((at & 63) == 0
                    && at + 64 <= count
                    && i + 64 <= limit + 1
                    && ready.get(at >> 6) == 0) {
                i += 64;
                continue;
            }
            if (isReady(at) && !blocked[at] && !ended[at]) {
                return at;
            }
            i++;
        }
        return -1;
    }

    private Object take(int at) throws ExchangeException {
        Object element = channels[at].poll();
        if (element == null) {
            clearReady(at);
            // something may have come between the look and the clearing
            element = channels[at].poll();
            if (element != null) {
                markReady(at);
            }
        }
        return element;
    }

    private Object onEvent(int at, StreamEvent event) {
        if (event instanceof Watermark mark) {
            watermarks[at] = Math.max(watermarks[at], mark.timestampMillis());
            return risenWatermark();
        }
        if (event instanceof Status status) {
            idle[at] = status == Status.IDLE;
            return statusChange();
        }
        if (event instanceof Barrier barrier) {
            return onBarrier(at, barrier);
        }
        if (event instanceof EndOfData) {
            dataEnded[at] = true;
            remainingData--;
            if (remainingData == 0) {
                return EndOfData.INSTANCE;
            }
            Object status = statusChange();
            return status != null ? status : risenWatermark();
        }
        if (!dataEnded[at]) {
            throw new IllegalStateException(
                    "channel " + at + " of " + channels.length + " has ended before its data");
        }
        ended[at] = true;
        remaining--;
        if (remaining == 0) {
            return EndOfChannel.INSTANCE;
        }
        if (aligning != null && blockedCount == remaining) {
            return aligned(aligning, alignmentStartNanos);
        }
        for (Counted barrier : counted.values()) {
            if (isOnAll(barrier)) {
                return aligned(barrier.barrier, barrier.startNanos);
            }
        }
        return null;
    }

    private Object onBarrier(int at, Barrier barrier) {
        long id = barrier.checkpointId();
        if (id <= overUpTo || barrier.epoch() < leastEpoch || givenUp.contains(id)) {
            return null;
        }
        if (alignment == Alignment.NONE && !barrier.kind().isSavepoint()) {
            Counted all =
                    counted.computeIfAbsent(
                            id, i -> new Counted(barrier, new BitSet(), nanoClock.getAsLong()));
            all.seen.set(at);
            return isOnAll(all) ? aligned(barrier, all.startNanos) : null;
        }
        if (aligning != null && id < aligning.checkpointId()) {
            return null; // overtaken
        }
        if (aligning == null || id > aligning.checkpointId()) {
            unblock();
            aligning = barrier;
            alignmentStartNanos = nanoClock.getAsLong();
        }
        blocked[at] = true;
        blockedCount++;
        return blockedCount == remaining ? aligned(barrier, alignmentStartNanos) : null;
    }

    /**
     * A barrier that has come on some channels of a gate that does not align.
     *
     * @param seen these channels
     */
    private record Counted(Barrier barrier, BitSet seen, long startNanos) {}

    private boolean isOnAll(Counted barrier) {
        for (int i = 0; i < channels.length; i++) {
            if (!ended[i] && !barrier.seen.get(i)) {
                return false;
            }
        }
        return true;
    }

    private Barrier aligned(Barrier complete, long startNanos) {
        long id = complete.checkpointId();
        lastAlignmentNanos = nanoClock.getAsLong() - startNanos;
        overUpTo = id;
        givenUp.headSet(id, true).clear();
        counted.headMap(id, true).clear();
        aligning = null;
        unblock();
        return complete;
    }

    /** A checkpoint was given up: its barriers are awaited no longer. */
    public void giveUp(long checkpointId) {
        if (checkpointId <= overUpTo) {
            return;
        }
        givenUp.add(checkpointId);
        counted.remove(checkpointId);
        if (aligning != null && aligning.checkpointId() == checkpointId) {
            aligning = null;
            unblock();
        }
    }

    /**
     * Checkpoints of masters before an epoch are given up: their barriers are awaited no longer,
     * whichever have come.
     */
    public void giveUpBefore(int epoch) {
        leastEpoch = epoch;
        counted.values().removeIf(all -> all.barrier.epoch() < epoch);
        if (aligning != null && aligning.epoch() < epoch) {
            aligning = null;
            unblock();
        }
    }

    /** How long the barriers of the last checkpoint took from the first to the last. */
    public long lastAlignmentNanos() {
        return lastAlignmentNanos;
    }

    private void unblock() {
        Arrays.fill(blocked, false);
        blockedCount = 0;
    }

    private Watermark risenWatermark() {
        long least = Long.MAX_VALUE;
        boolean any = false;
        for (int i = 0; i < channels.length; i++) {
            if (!idle[i] && !dataEnded[i]) {
                least = Math.min(least, watermarks[i]);
                any = true;
            }
        }
        if (!any || least <= watermark) {
            return null;
        }
        watermark = least;
        return new Watermark(least);
    }

    private Object statusChange() {
        boolean any = false;
        for (int i = 0; i < channels.length; i++) {
            any |= !idle[i] && !dataEnded[i];
        }
        if (allIdle == !any) {
            return any ? risenWatermark() : null;
        }
        allIdle = !any;
        return allIdle ? Status.IDLE : Status.ACTIVE;
    }

    /** The channel that {@link #poll} has looked at last: the one whose batch it gave. */
    public int lastChannel() {
        return cursor;
    }

    public int channels() {
        return channels.length;
    }

    public InputChannel channel(int at) {
        return channels[at];
    }

    /** Whether all channels have ended: no barrier comes by them any more. */
    public boolean isAtEnd() {
        return remaining == 0;
    }

    /** Closes all channels; idempotent. */
    public void close() {
        for (InputChannel channel : channels) {
            if (channel != null) {
                channel.close();
            }
        }
    }
}
