package io.millrace.runtime.checkpoint;

import java.util.ArrayList;
import java.util.List;

/**
 * Ids of checkpoints. They are reserved on record in blocks, before the first of a block is used:
 * so none is used twice, also not by the next master, who goes on behind all that were reserved.
 *
 * <p>Threads: owned by the master's loop.
 */
final class ReservedIds {
    /** Reserved at a time. */
    static final int BLOCK = 1000;

    private final CheckpointPorts.Ledger ledger;
    private final List<Runnable> waiting = new ArrayList<>();
    private long next = 1;
    private long upTo;
    private boolean reserving;

    ReservedIds(CheckpointPorts.Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * Goes on behind what earlier masters have reserved.
     *
     * @param reserved the highest id, 0 if there is none
     */
    void after(long reserved) {
        upTo = reserved;
        next = reserved + 1;
    }

    /** Calls back, now or later, when one can be taken in that very step. */
    void whenThereIsOne(Runnable then) {
        if (next <= upTo) {
            then.run();
            return;
        }
        waiting.add(then);
        if (reserving) {
            return;
        }
        reserving = true;
        long last = next + BLOCK - 1;
        ledger.reserve(
                last,
                () -> {
                    reserving = false;
                    upTo = last;
                    List<Runnable> all = List.copyOf(waiting);
                    waiting.clear();
                    all.forEach(Runnable::run);
                });
    }

    long take() {
        return next++;
    }
}
