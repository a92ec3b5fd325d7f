package io.millrace.runtime.checkpoint;

import io.millrace.runtime.loop.Timers.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What comes before the barriers of a checkpoint: it gets its id, and then waits until the
 * coordinators of the sources have told their states. Those that are to begin meanwhile, savepoints
 * among them, wait for their turn.
 *
 * <p>Invariant: at most one is being prepared, the first.
 *
 * <p>Threads: owned by the master's loop.
 */
final class CheckpointPreparation {

    /**
     * One that is to begin.
     *
     * @param listener of a savepoint; null if it is a checkpoint
     */
    record Beginning(CheckpointKind kind, CheckpointFolder folder, SavepointListener listener) {}

    /** Who has them begin. */
    interface Listener {

        /** All is there; the barriers begin in this very step, or never. */
        void prepared(Beginning beginning, long id, List<CoordinatorState> coordinators);

        /** The coordinators have not told their states in time: it does not begin. */
        void expired(Beginning beginning, long id);
    }

    private final CheckpointPorts ports;
    private final Duration timeout;
    private final Listener listener;
    private final ReservedIds ids;
    private final Deque<Beginning> beginnings = new ArrayDeque<>();
    private Timer expiry = () -> {};

    CheckpointPreparation(CheckpointPorts ports, Duration timeout, Listener listener) {
        this.ports = ports;
        this.timeout = timeout;
        this.listener = listener;
        this.ids = new ReservedIds(ports.ledger());
    }

    /**
     * Goes on behind what earlier masters have reserved.
     *
     * @param reserved the highest id, 0 if there is none
     */
    void idsBehind(long reserved) {
        ids.after(reserved);
    }

    /** Has ids on record before the first of them is used. */
    void reserveIds(Runnable then) {
        ids.whenThereIsOne(then);
    }

    /** Whether none is to begin. */
    boolean isIdle() {
        return beginnings.isEmpty();
    }

    /** Prepares one as soon as those before it have begun, or do not begin. */
    void add(Beginning beginning) {
        beginnings.add(beginning);
        if (beginnings.size() == 1) {
            prepareFirst();
        }
    }

    /** None begins; returns those that were to. */
    List<Beginning> cancel() {
        if (beginnings.isEmpty()) {
            return List.of();
        }
        expiry.cancel();
        ports.sources().cancelPreparation();
        List<Beginning> cancelled = List.copyOf(beginnings);
        beginnings.clear();
        return cancelled;
    }

    private void prepareFirst() {
        Beginning first = beginnings.peek();
        if (first != null) {
            ids.whenThereIsOne(
                    () -> {
                        if (beginnings.peek() == first) {
                            prepare(first, ids.take());
                        }
                    });
        }
    }

    private void prepare(Beginning first, long id) {
        expiry =
                ports.loop()
                        .after(
                                timeout,
                                "end of the wait for the coordinators of checkpoint " + id,
                                () -> expired(first, id));
        ports.sources()
                .prepare(
                        id,
                        coordinators -> {
                            expiry.cancel();
                            beginnings.remove(first);
                            listener.prepared(first, id, coordinators);
                            prepareFirst();
                        });
    }

    private void expired(Beginning first, long id) {
        ports.sources().cancelPreparation();
        beginnings.remove(first);
        listener.expired(first, id);
        prepareFirst();
    }
}
