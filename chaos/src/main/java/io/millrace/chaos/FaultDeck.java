package io.millrace.chaos;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * The order of the faults: dealt from shuffled decks, so that a run of some length has all of them,
 * whatever its seed.
 *
 * <p>Threads: one.
 */
final class FaultDeck {
    /** Thirteen cards; deaths of workers and masters are what a cluster sees most. */
    private static final List<Fault> CARDS =
            List.of(
                    Fault.MASTER_KILLED,
                    Fault.MASTER_KILLED,
                    Fault.MASTER_KILLED,
                    Fault.WORKER_KILLED,
                    Fault.WORKER_KILLED,
                    Fault.WORKER_KILLED,
                    Fault.WORKER_STOPPED,
                    Fault.WORKER_STOPPED,
                    Fault.MASTER_STOPPED,
                    Fault.WORKER_AND_MASTER_KILLED,
                    Fault.NODE_LOST,
                    Fault.DATANODE_RESTARTED,
                    Fault.RESOURCEMANAGER_RESTARTED);

    private final Random random;
    private final Deque<Fault> cards = new ArrayDeque<>();

    FaultDeck(Random random) {
        this.random = random;
    }

    Fault next() {
        if (cards.isEmpty()) {
            List<Fault> deck = new ArrayList<>(CARDS);
            Collections.shuffle(deck, random);
            cards.addAll(deck);
        }
        return cards.pop();
    }
}
