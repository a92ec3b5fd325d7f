package io.millrace.runtime.master;

import io.millrace.runtime.loop.Clock;
import io.millrace.runtime.master.RestartIntent.Abandoned;
import io.millrace.runtime.schedule.RestartStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Counts the failures of a job over all its masters, and puts each restart on record before it
 * begins.
 *
 * <p>Invariant: the newest intent on record has the count; an older one stays as long as there may
 * be attempts that it says are not to be kept.
 *
 * <p>Threads: owned by the master's loop.
 */
final class RestartBudget {
    private final int epoch;
    private final Clock clock;
    private final JobRecord record;
    private final BooleanSupplier wanted;
    private final RestartStrategy strategy;
    private final Map<String, RestartIntent> intents = new LinkedHashMap<>();
    private int restarts;

    /** Starts after failures that are on their way. */
    private int begun;

    private long failureMillis;
    private int written;

    /** Of those on record the entry with the count; entries may come there in another order. */
    private String newest;

    /** Number of that entry, 0 if it is an earlier master's. */
    private int newestNumber;

    /**
     * @param found intents of earlier masters by the names of their entries, oldest first
     * @param wanted whether the record is still to be written
     */
    RestartBudget(
            int epoch,
            RestartStrategy.Spec spec,
            Clock clock,
            Random random,
            JobRecord record,
            Map<String, RestartIntent> found,
            BooleanSupplier wanted) {
        this.epoch = epoch;
        this.clock = clock;
        this.record = record;
        this.wanted = wanted;
        this.intents.putAll(found);
        for (String entry : found.keySet()) {
            newest = entry;
        }
        if (newest == null) {
            this.strategy = spec.strategy(random);
        } else {
            RestartIntent last = found.get(newest);
            this.restarts = last.restarts();
            this.failureMillis = last.wallMillis();
            long age = Math.max(0, clock.wallMillis() - last.wallMillis());
            this.strategy =
                    spec.strategy(
                            random,
                            last.memory(),
                            clock.nanoTime() - Duration.ofMillis(age).toNanos());
        }
    }

    /** How often the job was started again, by all masters. */
    int restarts() {
        return restarts;
    }

    /** A start that {@link #afterFailure} has granted is made. */
    void restarted() {
        begun--;
        restarts++;
    }

    /**
     * A failure.
     *
     * @return how long to wait before the next start, or empty: give up
     */
    Optional<Duration> afterFailure() {
        failureMillis = clock.wallMillis();
        Optional<Duration> pause = strategy.afterFailure(clock.nanoTime());
        begun += pause.isPresent() ? 1 : 0;
        return pause;
    }

    /**
     * Puts on record that regions are not to be kept.
     *
     * @param then called when that is so
     */
    void abandon(List<Abandoned> regions, Runnable then) {
        RestartIntent intent =
                new RestartIntent(regions, failureMillis, restarts + begun, strategy.memory());
        int number = ++written;
        String entry = JobRecord.INTENT_RESTART + epoch + "." + number;
        record.write(
                entry,
                intent,
                wanted,
                () -> {
                    intents.put(entry, intent);
                    if (number > newestNumber) {
                        newestNumber = number;
                        newest = entry;
                    }
                    then.run();
                });
    }

    /**
     * Removes older entries whose regions have all been started again.
     *
     * @param done whether a region has a newer generation than the one abandoned
     */
    void forget(Predicate<Abandoned> done) {
        List<String> older = new ArrayList<>(intents.keySet());
        older.remove(newest);
        for (String entry : older) {
            if (intents.get(entry).regions().stream().allMatch(done)) {
                intents.remove(entry);
                record.remove(entry);
            }
        }
    }
}
