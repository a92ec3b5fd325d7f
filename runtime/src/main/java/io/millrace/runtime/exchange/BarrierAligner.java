package io.millrace.runtime.exchange;

import io.millrace.runtime.exchange.InputGate.Alignment;
import io.millrace.runtime.exchange.StreamEvent.Barrier;
import java.util.BitSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * Decides when the barriers of a gate's channels become the barrier of the gate.
 *
 * <p>In line: when the barrier has been read in its place on every channel that has not ended; a
 * channel on which it was is not read meanwhile, unless the gate does not {@linkplain Alignment
 * align}. Overtaking: as soon as the barrier is known of, if its time has come or the barrier of a
 * channel has overtaken before; what lies before it in the channels then belongs to the checkpoint.
 * Channels that must not be overtaken are waited for all the same.
 *
 * <p>A barrier of a checkpoint that was given up, or that a later one has overtaken, is dropped.
 *
 * <p>Threads: owned by the reading subtask.
 */
final class BarrierAligner {
    private final BitSet open;
    private final BitSet inLineOnly;
    private final Alignment alignment;
    private final Overtaking overtaking;
    private final LongSupplier nanoClock;
    private final Channels gate;

    /** Barriers that have come on some channels, by checkpoint. */
    private final TreeMap<Long, Arrival> arrivals = new TreeMap<>();

    /** Whose channels are not read, or null. */
    private Arrival blocking;

    /** Checkpoints up to this one are over for this gate. */
    private long overUpTo;

    /** Checkpoints behind that which were given up. */
    private final TreeSet<Long> givenUp = new TreeSet<>();

    /** Barriers of masters before this one are dropped. */
    private int leastEpoch;

    private long lastAlignmentNanos;

    /** The channels of the gate. */
    interface Channels {

        /** It is not to be read. */
        void block(int channel);

        /** It is to be read again, if it was not before. */
        void unblock(int channel);
    }

    /** A checkpoint's barrier, as far as it has come. */
    private static final class Arrival {
        final Barrier barrier;
        final long startNanos;
        final long deadlineMillis;

        /** Channels on which it was read in its place. */
        final BitSet inLine = new BitSet();

        /** Channels in which it lies behind records. */
        final BitSet received = new BitSet();

        /** Those of them in which it has overtaken others at the writing end. */
        final BitSet overtaken = new BitSet();

        Arrival(Barrier barrier, long startNanos, long deadlineMillis) {
            this.barrier = barrier;
            this.startNanos = startNanos;
            this.deadlineMillis = deadlineMillis;
        }

        boolean stops(int channel) {
            return inLine.get(channel) || overtaken.get(channel);
        }
    }

    /**
     * The barrier of the gate.
     *
     * @param received channels in which it lies behind records of the checkpoint; none if it is in
     *     line
     * @param awaited channels to which it has not come yet; none if it is in line
     */
    record Due(Barrier barrier, BarrierOrder order, BitSet received, BitSet awaited) {}

    /**
     * @param inLineOnly channels that must not be overtaken
     */
    BarrierAligner(
            int channels,
            BitSet inLineOnly,
            Alignment alignment,
            Overtaking overtaking,
            LongSupplier nanoClock,
            Channels gate) {
        this.open = new BitSet(channels);
        open.set(0, channels);
        this.inLineOnly = inLineOnly;
        this.alignment = alignment;
        this.overtaking = overtaking;
        this.nanoClock = nanoClock;
        this.gate = gate;
    }

    /** Savepoints are aligned always. */
    private boolean aligns(Barrier barrier) {
        return alignment == Alignment.ALIGNED || barrier.kind().isSavepoint();
    }

    /** Whether nobody waits for this barrier on any channel. */
    boolean isStale(Barrier barrier) {
        long id = barrier.checkpointId();
        return id <= overUpTo
                || barrier.epoch() < leastEpoch
                || givenUp.contains(id)
                || isOutrun(barrier);
    }

    /**
     * Whether a newer barrier, for which channels are held, has come where this one has not: it
     * never will. One that holds no channel lets the newer one pass, and is awaited on the others.
     */
    private boolean isOutrun(Barrier barrier) {
        return blocking != null
                && barrier.checkpointId() < blocking.barrier.checkpointId()
                && aligns(barrier);
    }

    private Arrival arrival(Barrier barrier) {
        return arrivals.computeIfAbsent(
                barrier.checkpointId(),
                id -> {
                    long deadlineMillis = Long.MAX_VALUE;
                    if (overtaking.mayOvertake(barrier)) {
                        deadlineMillis = overtaking.deadlineMillis(barrier);
                        overtaking.wakeAt().accept(deadlineMillis);
                    }
                    return new Arrival(barrier, nanoClock.getAsLong(), deadlineMillis);
                });
    }

    /** A barrier was read in its place; null if the gate has none for that. */
    Due inLine(int channel, Barrier barrier) {
        if (isStale(barrier)) {
            return null;
        }
        Arrival arrival = arrival(barrier);
        arrival.inLine.set(channel);
        stop(arrival, channel);
        return due(arrival);
    }

    /** A barrier lies in a channel behind records; null if the gate has none for that. */
    Due received(int channel, Barrier barrier, BarrierOrder order) {
        if (isStale(barrier) || !overtaking.mayOvertake(barrier)) {
            return null;
        }
        Arrival arrival = arrival(barrier);
        arrival.received.set(channel);
        if (order == BarrierOrder.OVERTAKING) {
            arrival.overtaken.set(channel);
            stop(arrival, channel);
        }
        return due(arrival);
    }

    private void stop(Arrival arrival, int channel) {
        if (!aligns(arrival.barrier)) {
            return;
        }
        if (blocking != arrival) {
            unblock();
            blocking = arrival;
            arrivals.values().removeIf(earlier -> isOutrun(earlier.barrier));
        }
        gate.block(channel);
    }

    /** A channel has ended; null if the gate has no barrier for that. */
    Due ended(int channel) {
        open.clear(channel);
        return look();
    }

    /** The next barrier that is due by the time; null if there is none. */
    Due look() {
        for (Arrival arrival : arrivals.values()) {
            Due due = due(arrival);
            if (due != null) {
                return due;
            }
            if (overtaking.mayOvertake(arrival.barrier)
                    && !overtaking.isPast(arrival.deadlineMillis)) {
                overtaking.wakeAt().accept(arrival.deadlineMillis);
            }
        }
        return null;
    }

    private Due due(Arrival arrival) {
        BitSet missing = (BitSet) open.clone();
        missing.andNot(arrival.inLine);
        if (missing.isEmpty()) {
            return over(arrival, BarrierOrder.IN_LINE, missing);
        }
        if (!overtaking.mayOvertake(arrival.barrier)
                || missing.intersects(inLineOnly)
                || arrival.overtaken.isEmpty() && !overtaking.isPast(arrival.deadlineMillis)) {
            return null;
        }
        return over(arrival, BarrierOrder.OVERTAKING, missing);
    }

    private Due over(Arrival arrival, BarrierOrder order, BitSet missing) {
        long id = arrival.barrier.checkpointId();
        lastAlignmentNanos = nanoClock.getAsLong() - arrival.startNanos;
        overUpTo = id;
        givenUp.headSet(id, true).clear();
        arrivals.headMap(id, true).clear();
        if (blocking != null && blocking.barrier.checkpointId() <= id) {
            unblock();
        }
        BitSet received = (BitSet) arrival.received.clone();
        received.and(missing);
        BitSet awaited = (BitSet) missing.clone();
        awaited.andNot(received);
        return new Due(arrival.barrier, order, received, awaited);
    }

    /** A checkpoint was given up: its barriers are awaited no longer. */
    void giveUp(long checkpointId) {
        if (checkpointId <= overUpTo) {
            return;
        }
        givenUp.add(checkpointId);
        arrivals.remove(checkpointId);
        if (blocking != null && blocking.barrier.checkpointId() == checkpointId) {
            unblock();
        }
    }

    /** Checkpoints of masters before an epoch are given up, whichever have come. */
    void giveUpBefore(int epoch) {
        leastEpoch = epoch;
        arrivals.values().removeIf(arrival -> arrival.barrier.epoch() < epoch);
        if (blocking != null && blocking.barrier.epoch() < epoch) {
            unblock();
        }
    }

    private void unblock() {
        if (blocking == null) {
            return;
        }
        Arrival before = blocking;
        blocking = null;
        for (int i = open.nextSetBit(0); i >= 0; i = open.nextSetBit(i + 1)) {
            if (before.stops(i)) {
                gate.unblock(i);
            }
        }
    }

    /** How long the barriers of the last checkpoint took from the first to the last. */
    long lastAlignmentNanos() {
        return lastAlignmentNanos;
    }
}
