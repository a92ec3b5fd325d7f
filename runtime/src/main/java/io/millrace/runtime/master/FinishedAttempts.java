package io.millrace.runtime.master;

import io.millrace.runtime.control.ToMaster.TaskEnded;
import io.millrace.runtime.schedule.AttemptId;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts attempts that have finished on record before their workers may forget them. One entry is
 * written at a time; what finishes meanwhile goes into the next.
 *
 * <p>Threads: owned by the master's loop.
 */
final class FinishedAttempts {
    private static final Logger LOG = LoggerFactory.getLogger(FinishedAttempts.class);

    private final int epoch;
    private final JobRecord record;
    private final BooleanSupplier wanted;
    private final Acknowledgement acknowledgement;
    private final Map<AttemptId, Pending> pending = new LinkedHashMap<>();
    private final Set<AttemptId> recorded = new HashSet<>();

    /** What is in each entry that is there. */
    private final Map<String, List<AttemptId>> entries = new LinkedHashMap<>();

    private boolean writing;
    private int written;

    private record Pending(String workerId, TaskEnded end) {}

    /** Tells a worker that the end of an attempt is known. */
    @FunctionalInterface
    interface Acknowledgement {
        void send(String workerId, AttemptId attempt);
    }

    /**
     * @param wanted whether the record is still to be written
     */
    FinishedAttempts(
            int epoch, JobRecord record, BooleanSupplier wanted, Acknowledgement acknowledgement) {
        this.epoch = epoch;
        this.record = record;
        this.wanted = wanted;
        this.acknowledgement = acknowledgement;
    }

    /** An entry of an earlier master. */
    void found(String entry, FinishedSubtasks finished) {
        List<AttemptId> attempts = finished.ends().stream().map(TaskEnded::attempt).toList();
        entries.put(entry, attempts);
        recorded.addAll(attempts);
    }

    /** An attempt that counts has finished; nothing is written before {@link #flush}. */
    void add(String workerId, TaskEnded end) {
        if (!acknowledgeIfRecorded(workerId, end.attempt())) {
            pending.put(end.attempt(), new Pending(workerId, end));
        }
    }

    /** Whether an attempt is on record; its worker is told so again. */
    boolean acknowledgeIfRecorded(String workerId, AttemptId attempt) {
        if (recorded.contains(attempt)) {
            acknowledgement.send(workerId, attempt);
            return true;
        }
        return false;
    }

    /** Whether the end of an attempt is to be recorded, and is not yet. */
    boolean isPending(AttemptId attempt) {
        return pending.containsKey(attempt);
    }

    /** Whether a worker knows of an end that is not on record yet. */
    boolean isHeldBy(String workerId) {
        return pending.values().stream().anyMatch(p -> p.workerId().equals(workerId));
    }

    /** Writes what was added. */
    void flush() {
        if (writing || pending.isEmpty()) {
            return;
        }
        writing = true;
        List<Pending> batch = List.copyOf(pending.values());
        String entry = JobRecord.FINISHED + epoch + "." + ++written;
        record.write(
                entry,
                new FinishedSubtasks(batch.stream().map(Pending::end).toList()),
                wanted,
                () -> {
                    writing = false;
                    entries.put(entry, batch.stream().map(p -> p.end().attempt()).toList());
                    acknowledge(batch);
                    flush();
                });
    }

    /** Something on record says that all have finished. */
    void recordedAll() {
        acknowledge(List.copyOf(pending.values()));
    }

    private void acknowledge(List<Pending> batch) {
        for (Pending done : batch) {
            AttemptId attempt = done.end().attempt();
            if (pending.remove(attempt) != null) {
                recorded.add(attempt);
                acknowledgement.send(done.workerId(), attempt);
            }
        }
    }

    /** Entries that are about nothing but attempts of former generations go. */
    void forget(Predicate<AttemptId> former) {
        entries.entrySet()
                .removeIf(
                        entry -> {
                            if (!entry.getValue().stream().allMatch(former)) {
                                return false;
                            }
                            LOG.debug("{} is about nothing that counts", entry.getKey());
                            record.remove(entry.getKey());
                            return true;
                        });
    }
}
