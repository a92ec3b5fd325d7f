package io.millrace.runtime.exchange;

import io.millrace.runtime.exchange.StreamEvent.Barrier;
import io.millrace.runtime.exchange.StreamEvent.EndOfChannel;
import io.millrace.runtime.exchange.StreamEvent.EndOfData;
import io.millrace.runtime.exchange.StreamEvent.Status;
import io.millrace.runtime.exchange.StreamEvent.Watermark;
import io.millrace.runtime.serializer.TypeSerializer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/**
 * All channels that one subtask reads, taken in turn.
 *
 * <p>Events of the channels become events of the gate: a watermark when the minimum over the active
 * channels rises, a barrier when it has come on every channel that has not ended, the end of data
 * when it has come on all, the end of the channel when all have ended.
 *
 * <p>When the barrier of a checkpoint becomes the gate's is decided by a {@link BarrierAligner}.
 * One that overtakes is given as an {@link OvertakingBarrier}; what it has overtaken is kept by
 * {@link #save}. What a subtask begins with that lay in its channels at a checkpoint is read before
 * anything else.
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
    private final BitSet inLineOnly;
    private final Overtaking overtaking;
    private final BarrierAligner aligner;
    private final Wakeup urgent;
    private long watermark = NO_WATERMARK;
    private boolean allIdle;

    /** Barriers that lie in channels behind records, from the threads that brought them. */
    private final ConcurrentLinkedQueue<Received> received = new ConcurrentLinkedQueue<>();

    /** The overtaking barrier that was given last; what it has overtaken is to be saved. */
    private BarrierAligner.Due overtaken;

    /** Checkpoints to which still belongs what comes on some channels. */
    private final List<ChannelSaving> savings = new ArrayList<>();

    /** The batch that was given last, and its channel: what is left of it was not read. */
    private RecordBatch inHand;

    private int inHandChannel;

    /** What is read before all channels; null if there is nothing left of it. */
    private ChannelReplay replay;

    private record Received(int channel, Barrier barrier, BarrierOrder order) {}

    /**
     * Given by {@link #poll} and {@link #look}: the gate's barrier, before records that lie in its
     * channels. {@link #save} has to follow at once.
     */
    public record OvertakingBarrier(Barrier barrier) {}

    /** Channels that a barrier may overtake, and when. */
    public record Overtakable(Overtaking overtaking, BitSet inLineOnly, Wakeup urgent) {
        /** No barrier overtakes anything. */
        public static final Overtakable NEVER =
                new Overtakable(Overtaking.NEVER, new BitSet(), () -> {});
    }

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
     * @param overtakable {@code urgent} is called when {@link #look} may have something
     */
    public InputGate(
            int channels,
            Wakeup subtask,
            Alignment alignment,
            LongSupplier nanoClock,
            Overtakable overtakable) {
        if (channels < 1) {
            throw new IllegalArgumentException("a gate of " + channels + " channels");
        }
        this.subtask = subtask;
        this.overtaking = overtakable.overtaking();
        this.inLineOnly = overtakable.inLineOnly();
        this.urgent = overtakable.urgent();
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
        this.aligner =
                new BarrierAligner(
                        channels, inLineOnly, alignment, overtaking, nanoClock, new Blocking());
    }

    private final class Blocking implements BarrierAligner.Channels {
        @Override
        public void block(int channel) {
            blocked[channel] = true;
            channels[channel].setBlocked(true);
        }

        @Override
        public void unblock(int channel) {
            blocked[channel] = false;
            channels[channel].setBlocked(false);
        }
    }

    /** What channel i calls when it may have something; given to it when it is opened. */
    public Wakeup wakeup(int channel) {
        return new Wakeup() {
            @Override
            public void wake() {
                markReady(channel);
                subtask.wake();
            }

            @Override
            public void received(Barrier barrier, BarrierOrder order) {
                if (overtaking.mayOvertake(barrier)) {
                    received.add(new Received(channel, barrier, order));
                    urgent.wake();
                }
            }
        };
    }

    /** What is to be read before all channels; before the first {@link #poll}. */
    public void begin(ChannelReplay restored) {
        replay = restored;
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
        if (replay != null) {
            return pollReplay();
        }
        int count = channels.length;
        for (int looked = 0; looked < count; ) {
            int at = nextReady(count - looked);
            if (at < 0) {
                return null;
            }
            looked += distance(at);
            cursor = at;
            Object element = take(at);
            if (element instanceof RecordBatch batch) {
                return handOut(at, batch);
            }
            if (element != null) {
                Object event =
                        element instanceof OvertakingBarrier barrier
                                ? onReceived(
                                        new Received(
                                                at, barrier.barrier(), BarrierOrder.OVERTAKING))
                                : onEvent(at, (StreamEvent) element);
                if (event != null) {
                    return event;
                }
                looked = 0; // the event was for the gate alone; there may be more behind it
            }
        }
        return null;
    }

    private RecordBatch handOut(int at, RecordBatch batch) {
        if (!savings.isEmpty()) {
            keep(at, content -> content.records(batch));
        }
        inHand = batch;
        inHandChannel = at;
        return batch;
    }

    /** What comes on a channel still belongs to the checkpoints that await their barrier there. */
    private void keep(int at, Consumer<InFlight> element) {
        for (int i = savings.size() - 1; i >= 0; i--) {
            ChannelSaving saving = savings.get(i);
            if (saving.awaits(at)) {
                element.accept(saving.content(at));
                saving.added(at);
            }
            if (saving.isComplete()) {
                savings.remove(i);
            }
        }
    }

    private Object pollReplay() throws ExchangeException {
        while (true) {
            Object element = replay.next();
            if (element == null) {
                replay = null;
                return poll();
            }
            cursor = replay.channel();
            if (element instanceof RecordBatch batch) {
                return handOut(cursor, batch);
            }
            Object event = onEvent(cursor, (StreamEvent) element);
            if (event != null) {
                return event;
            }
        }
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
        if (event instanceof Barrier barrier) {
            return onBarrier(at, barrier);
        }
        if (!savings.isEmpty()) {
            keep(at, content -> content.event(event));
        }
        if (event instanceof Watermark mark) {
            watermarks[at] = Math.max(watermarks[at], mark.timestampMillis());
            return risenWatermark();
        }
        if (event instanceof Status status) {
            idle[at] = status == Status.IDLE;
            return statusChange();
        }
        if (event instanceof EndOfData) {
            dataEnded[at] = true;
            remainingData--;
            keptAll(at, null);
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
        keptAll(at, null);
        if (remaining == 0) {
            return EndOfChannel.INSTANCE;
        }
        Object barrier = given(aligner.ended(at));
        if (barrier != null) {
            return barrier;
        }
        return null;
    }

    private Object onBarrier(int at, Barrier barrier) {
        keptAll(at, barrier);
        return given(aligner.inLine(at, barrier));
    }

    private Object given(BarrierAligner.Due due) {
        if (due == null) {
            return null;
        }
        if (due.order() == BarrierOrder.IN_LINE) {
            return due.barrier();
        }
        overtaken = due;
        return new OvertakingBarrier(due.barrier());
    }

    /**
     * Nothing that comes on a channel belongs to a checkpoint any more.
     *
     * @param barrier of the checkpoint, null for all
     */
    private void keptAll(int at, Barrier barrier) {
        for (int i = savings.size() - 1; i >= 0; i--) {
            ChannelSaving saving = savings.get(i);
            if (barrier == null || saving.checkpointId() == barrier.checkpointId()) {
                saving.done(at);
            }
            if (saving.isComplete()) {
                savings.remove(i);
            }
        }
    }

    /**
     * The next barrier that overtakes because it is time, or because it did so before, as of {@link
     * #poll}; null if there is none. To be called when {@code urgent} was, until it returns null.
     */
    public Object look() throws ExchangeException {
        for (Received next = received.poll(); next != null; next = received.poll()) {
            Object due = onReceived(next);
            if (due != null) {
                return due;
            }
        }
        return given(aligner.look());
    }

    private Object onReceived(Received next) throws ExchangeException {
        int at = next.channel();
        long id = next.barrier().checkpointId();
        if (ended[at]) {
            return null;
        }
        for (int i = savings.size() - 1; i >= 0; i--) {
            ChannelSaving saving = savings.get(i);
            if (saving.checkpointId() == id && saving.awaits(at)) {
                takeBarrier(at, id, saving.content(at));
                saving.done(at);
                if (saving.isComplete()) {
                    savings.remove(i);
                }
                return null;
            }
        }
        if (aligner.isStale(next.barrier())) {
            if (next.order() == BarrierOrder.OVERTAKING) {
                channels[at].dropBarrier(id);
            }
            return null;
        }
        return given(aligner.received(at, next.barrier(), next.order()));
    }

    private void takeBarrier(int at, long id, InFlight into) throws ExchangeException {
        if (replay != null) {
            replay.left(at, into);
        }
        channels[at].takeBarrier(id, into);
    }

    /**
     * Keeps what the barrier that was given last has overtaken, and what still comes before it.
     *
     * @param contents makes the place for what is kept of a channel
     * @param pieces take what the contents cut off
     */
    public ChannelSaving save(IntFunction<ChannelContent> contents, KeptPieces pieces)
            throws ExchangeException {
        BarrierAligner.Due due = overtaken;
        overtaken = null;
        long id = due.barrier().checkpointId();
        ChannelContent[] all = new ChannelContent[channels.length];
        for (int i = 0; i < channels.length; i++) {
            if (ended[i]) {
                continue;
            }
            ChannelContent content = contents.apply(i);
            all[i] = content;
            boolean received = due.received().get(i);
            if (!received && !due.awaited().get(i)) {
                continue;
            }
            if (inHand != null && inHandChannel == i) {
                content.records(inHand);
            }
            if (received) {
                takeBarrier(i, id, content);
            }
        }
        ChannelSaving saving = new ChannelSaving(due.barrier(), all, due.awaited(), pieces);
        if (!saving.isComplete()) {
            savings.add(saving);
        }
        return saving;
    }

    /** A place for what is kept of a channel, with the channel's watermark as it is now. */
    public ChannelContent content(
            int channel, TypeSerializer<Object> serializer, KeptPieces pieces) {
        return new ChannelContent(
                serializer, watermarks[channel], idle[channel], pieces, channels.length);
    }

    /** A checkpoint was given up: its barriers are awaited no longer. */
    public void giveUp(long checkpointId) {
        savings.removeIf(saving -> saving.checkpointId() == checkpointId);
        aligner.giveUp(checkpointId);
    }

    /**
     * Checkpoints of masters before an epoch are given up: their barriers are awaited no longer,
     * whichever have come.
     */
    public void giveUpBefore(int epoch) {
        savings.removeIf(saving -> saving.epoch() < epoch);
        aligner.giveUpBefore(epoch);
    }

    /** How long the barriers of the last checkpoint took from the first to the last. */
    public long lastAlignmentNanos() {
        return aligner.lastAlignmentNanos();
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
        if (replay != null) {
            replay.close();
        }
        for (InputChannel channel : channels) {
            if (channel != null) {
                channel.close();
            }
        }
    }
}
