package io.millrace.runtime.master;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.master.MasterEvent.Container;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which containers the application holds, and how many it asks for.
 *
 * <p>A container is claimed by the cluster, by the worker in it, or by both, in any order:
 *
 * <pre>
 *   GRANTED    by the cluster, for this attempt      -> its worker has a deadline to report
 *   PREVIOUS   by the cluster, for an earlier one    -> likewise, a shorter one
 *   UNCLAIMED  by its worker only                    -> held without work until its deadline
 *   HELD       by both
 *   RETURNED   given back, not completed yet         -> its worker is told to leave
 *   gone       completed: the cluster's word is the last, even if the worker talks on
 * </pre>
 *
 * <p>Invariant: what is held, awaited and asked for is never more than needed, except what works;
 * what comes in excess is returned at once.
 *
 * <p>Threads: owned by the master's loop.
 */
final class ContainerLedger {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerLedger.class);
    private static final Duration RATE_WINDOW = Duration.ofMinutes(1);

    /**
     * The cluster tells the containers of earlier attempts when the attempt registers; what it
     * tells later than this replaces what was asked for meanwhile.
     */
    private static final Duration PREVIOUS_TOLD = Duration.ofSeconds(5);

    /**
     * Some of these containers may be told a little later than the others: as long as this is
     * waited before what was on them is given up, if any are told at all.
     */
    private static final Duration PREVIOUS_COMPLETE = Duration.ofSeconds(10);

    /** Nobody has said yet: nothing is asked for and nothing is too much. */
    private static final int UNKNOWN = -1;

    private enum Claim {
        GRANTED,
        PREVIOUS,
        UNCLAIMED,
        HELD,
        RETURNED
    }

    private static final class Entry {
        private Claim claim;
        private long deadlineNanos;

        Entry(Claim claim, long deadlineNanos) {
            this.claim = claim;
            this.deadlineNanos = deadlineNanos;
        }
    }

    private final ContainerPort port;
    private final MasterSettings settings;
    private final Predicate<String> busy;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Set<String> gone = new HashSet<>();
    private final Deque<Long> startFailures = new ArrayDeque<>();
    private int needed = UNKNOWN;
    private int asked;
    private boolean closed;

    /** Until when the word of the cluster about earlier attempts' containers is awaited. */
    private long previousUntilNanos;

    private boolean previousTold;

    /** Whether there is any container of an earlier attempt. */
    private boolean previousSeen;

    private long previousCompleteNanos;

    /** Whether workers of earlier attempts can find this one: nobody is late before. */
    private boolean reachable;

    /**
     * @param busy whether a container's worker has work; such a one is not returned as excess
     */
    ContainerLedger(ContainerPort port, MasterSettings settings, Predicate<String> busy) {
        this.port = port;
        this.settings = settings;
        this.busy = busy;
        this.previousTold = settings.epoch() == 1;
    }

    /** From now on workers of earlier attempts know where to report: their time begins. */
    void reachable(long nowNanos) {
        reachable = true;
        for (Entry entry : entries.values()) {
            if (entry.claim == Claim.PREVIOUS) {
                entry.deadlineNanos = nowNanos + settings.previousTimeout().toNanos();
            }
        }
    }

    /**
     * Whether each container of an earlier attempt that anybody knows of is held, completed or past
     * its deadline.
     */
    boolean isPreviousSettled(long nowNanos) {
        return previousTold
                && reachable
                && (!previousSeen || nowNanos - previousCompleteNanos >= 0)
                && count(Claim.PREVIOUS) == 0
                && count(Claim.UNCLAIMED) == 0;
    }

    /** Begins to wait for the word of the cluster about the containers of earlier attempts. */
    void start(long nowNanos) {
        previousUntilNanos = nowNanos + PREVIOUS_TOLD.toNanos();
        previousCompleteNanos = nowNanos + PREVIOUS_COMPLETE.toNanos();
    }

    /**
     * The master stood still: what the cluster and the workers of earlier attempts have said
     * meanwhile waits behind this.
     */
    void stoodStill(long nowNanos) {
        long least = nowNanos + PREVIOUS_COMPLETE.toNanos();
        previousUntilNanos = later(previousUntilNanos, nowNanos + PREVIOUS_TOLD.toNanos());
        previousCompleteNanos = later(previousCompleteNanos, least);
        for (Entry entry : entries.values()) {
            if (entry.claim == Claim.PREVIOUS || entry.claim == Claim.UNCLAIMED) {
                entry.deadlineNanos = later(entry.deadlineNanos, least);
            }
        }
    }

    private static long later(long oneNanos, long otherNanos) {
        return oneNanos - otherNanos > 0 ? oneNanos : otherNanos;
    }

    /** How many workers the job needs from now on. */
    void need(int workers) {
        needed = workers;
        balance();
    }

    /** From now on nothing is asked for. */
    void askNoMore() {
        closed = true;
        if (asked > 0) {
            port.withdraw(asked);
            asked = 0;
        }
    }

    /** 0 while unknown. */
    int needed() {
        return Math.max(0, needed);
    }

    /** Containers that live, as far as anybody knows. */
    int alive() {
        return count(Claim.GRANTED) + count(Claim.PREVIOUS) + count(Claim.HELD);
    }

    /** Containers of earlier attempts whose workers have not reported yet. */
    int awaitedOfEarlierAttempts() {
        return count(Claim.PREVIOUS);
    }

    /** Whether a container may be one of an earlier attempt of which all is not known yet. */
    boolean isAwaited(String id) {
        Entry entry = entries.get(id);
        return entry != null && (entry.claim == Claim.PREVIOUS || entry.claim == Claim.UNCLAIMED);
    }

    /** Asked for and not granted yet. */
    int asked() {
        return asked;
    }

    /** Containers of this attempt. Returns those that are kept. */
    List<Container> granted(List<Container> containers, long nowNanos) {
        List<Container> kept = new ArrayList<>();
        for (Container container : containers) {
            if (!gone.contains(container.id()) && !entries.containsKey(container.id())) {
                asked = Math.max(0, asked - 1); // told twice is granted once
            }
            claimedByCluster(
                    container.id(), Claim.GRANTED, nowNanos + settings.startTimeout().toNanos());
        }
        balance();
        for (Container container : containers) {
            Entry entry = entries.get(container.id());
            if (entry != null && entry.claim != Claim.RETURNED) {
                kept.add(container);
            }
        }
        return kept;
    }

    /** Containers that an earlier attempt has left. */
    void previous(List<Container> containers, long nowNanos) {
        previousTold = true;
        previousSeen |= !containers.isEmpty();
        for (Container container : containers) {
            claimedByCluster(
                    container.id(),
                    Claim.PREVIOUS,
                    nowNanos + settings.previousTimeout().toNanos());
        }
        balance();
    }

    private void claimedByCluster(String id, Claim claim, long deadlineNanos) {
        Entry entry = entries.get(id);
        if (gone.contains(id)) {
            return;
        }
        if (entry == null) {
            entries.put(id, new Entry(claim, deadlineNanos));
        } else if (entry.claim == Claim.UNCLAIMED) {
            entry.claim = Claim.HELD;
        }
    }

    /**
     * The worker of a container has reported.
     *
     * @return false if it is to leave: its container is completed or was returned
     */
    boolean reported(String id, long nowNanos) {
        if (gone.contains(id)) {
            return false;
        }
        Entry entry = entries.get(id);
        if (entry == null) {
            previousSeen = true;
            entries.put(
                    id,
                    new Entry(Claim.UNCLAIMED, nowNanos + settings.previousTimeout().toNanos()));
            return true;
        }
        if (entry.claim == Claim.GRANTED || entry.claim == Claim.PREVIOUS) {
            entry.claim = Claim.HELD;
        }
        return entry.claim != Claim.RETURNED;
    }

    /** Whether a worker may be given work: the cluster vouches for its container. */
    boolean isHeld(String id) {
        Entry entry = entries.get(id);
        return entry != null && entry.claim == Claim.HELD;
    }

    /**
     * A container is gone.
     *
     * @return why no more are asked for, if too many have ended before their workers had reported
     */
    Optional<Failure> completed(String id, String cause, long nowNanos) {
        Entry entry = entries.remove(id);
        if (!gone.add(id) || entry == null) {
            return Optional.empty();
        }
        Optional<Failure> failure = Optional.empty();
        if (entry.claim == Claim.GRANTED) {
            failure = startFailed(id, cause, nowNanos);
        }
        balance();
        return failure;
    }

    private Optional<Failure> startFailed(String id, String cause, long nowNanos) {
        LOG.warn("Container {} ended before its worker had reported: {}", id, cause);
        startFailures.addLast(nowNanos);
        while (nowNanos - startFailures.getFirst() > RATE_WINDOW.toNanos()) {
            startFailures.removeFirst();
        }
        if (startFailures.size() <= settings.maxStartFailures() || closed) {
            return Optional.empty();
        }
        askNoMore();
        return Optional.of(
                Failure.of(
                        Category.CLUSTER,
                        "Starting workers",
                        startFailures.size()
                                + " containers ended within a minute before their workers had"
                                + " reported, the limit is "
                                + settings.maxStartFailures()
                                + " (resourcemanager.start-worker.max-failure-rate). The last, "
                                + id
                                + ": "
                                + cause));
    }

    /** The worker of a container is given up: it is returned and replaced. */
    void giveBack(String id) {
        Entry entry = entries.get(id);
        if (entry != null && entry.claim != Claim.RETURNED) {
            returnContainer(id, entry);
            balance();
        }
    }

    /**
     * Returns what is past its deadline.
     *
     * @param told hears of each with the reason
     * @return as {@link #completed}
     */
    Optional<Failure> tick(long nowNanos, ExpiryListener told) {
        Optional<Failure> failure = Optional.empty();
        for (String id : List.copyOf(entries.keySet())) {
            Entry entry = entries.get(id);
            boolean waits =
                    entry.claim == Claim.GRANTED
                            || entry.claim == Claim.PREVIOUS
                            || entry.claim == Claim.UNCLAIMED;
            boolean late = entry.claim != Claim.PREVIOUS || reachable;
            if (!waits || !late || nowNanos - entry.deadlineNanos < 0) {
                continue;
            }
            if (entry.claim == Claim.GRANTED) {
                String cause =
                        "its worker did not report within "
                                + settings.startTimeout().toSeconds()
                                + " s; see its log";
                told.expired(id, cause);
                returnContainer(id, entry);
                failure = startFailed(id, cause, nowNanos);
            } else {
                told.expired(
                        id,
                        (entry.claim == Claim.PREVIOUS
                                        ? "its worker of an earlier attempt did not report within "
                                        : "the cluster did not confirm its container within ")
                                + settings.previousTimeout().toSeconds()
                                + " s");
                returnContainer(id, entry);
            }
            if (failure.isPresent()) {
                break;
            }
        }
        if (!previousTold && nowNanos - previousUntilNanos >= 0) {
            LOG.info("Nobody has told of containers of earlier attempts; new ones are asked for");
            previousTold = true;
        }
        balance();
        return failure;
    }

    /** Hears of containers past their deadline, right before they are returned. */
    @FunctionalInterface
    interface ExpiryListener {
        void expired(String containerId, String cause);
    }

    /** Returns everything. */
    void close() {
        askNoMore();
        entries.forEach(
                (id, entry) -> {
                    if (entry.claim != Claim.RETURNED) {
                        returnContainer(id, entry);
                    }
                });
    }

    private void returnContainer(String id, Entry entry) {
        entry.claim = Claim.RETURNED;
        port.release(id);
    }

    /** Asks for what is missing, gives back what is too much. */
    private void balance() {
        if (needed == UNKNOWN) {
            return;
        }
        int have = alive() + count(Claim.UNCLAIMED) + asked;
        if (have < needed) {
            if (!closed && previousTold) {
                int more = needed - have;
                asked += more;
                port.request(more);
            }
            return;
        }
        int excess = have - needed;
        int withdrawn = Math.max(0, Math.min(excess, asked));
        if (withdrawn > 0) {
            asked -= withdrawn;
            port.withdraw(withdrawn);
            excess -= withdrawn;
        }
        // the newest first, those without a worker before those with one
        excess = returnExcess(Claim.GRANTED, excess);
        excess = returnExcess(Claim.PREVIOUS, excess);
        excess = returnExcess(Claim.UNCLAIMED, excess);
        returnExcess(Claim.HELD, excess);
    }

    private int returnExcess(Claim claim, int excess) {
        List<String> ids = new ArrayList<>(entries.keySet());
        int left = excess;
        for (int i = ids.size() - 1; i >= 0 && left > 0; i--) {
            Entry entry = entries.get(ids.get(i));
            if (entry.claim == claim && !busy.test(ids.get(i))) {
                LOG.info("Container {} is not needed and goes back", ids.get(i));
                returnContainer(ids.get(i), entry);
                left--;
            }
        }
        return left;
    }

    private int count(Claim claim) {
        int count = 0;
        for (Entry entry : entries.values()) {
            if (entry.claim == claim) {
                count++;
            }
        }
        return count;
    }
}
