package io.millrace.runtime.master;

import io.millrace.runtime.checkpoint.CheckpointPorts;
import io.millrace.runtime.checkpoint.SavepointRecord;
import io.millrace.runtime.loop.Timers.Timer;
import io.millrace.runtime.master.MasterEvent.Continued;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Lets checkpoints run in the master's loop, on its record and over its workers.
 *
 * <p>Threads: owned by the master's loop.
 */
final class RecordedCheckpoints implements CheckpointPorts.Loop, CheckpointPorts.Ledger {
    /** Of as many savepoints it is known after this master whose request they have answered. */
    static final int SAVEPOINTS_KEPT = 10;

    private final int epoch;
    private final MasterPorts ports;
    private final JobRecord record;
    private final BooleanSupplier wanted;

    /** Ids of savepoints that stay on record for whoever asks again, oldest first. */
    private final Deque<Long> answered = new ArrayDeque<>();

    private RecordedCheckpoints(
            int epoch, MasterPorts ports, JobRecord record, BooleanSupplier wanted) {
        this.epoch = epoch;
        this.ports = ports;
        this.record = record;
        this.wanted = wanted;
    }

    /**
     * @param wanted whether the record is still to be written
     */
    static CheckpointPorts ports(
            int epoch,
            MasterPorts ports,
            JobRecord record,
            WorkerPool pool,
            BooleanSupplier wanted,
            CheckpointPorts.Listener listener,
            CheckpointPorts.Sources sources) {
        RecordedCheckpoints recorded = new RecordedCheckpoints(epoch, ports, record, wanted);
        return new CheckpointPorts(
                ports.clock(),
                recorded,
                ports.checkpoints(),
                recorded,
                (workerId, message) -> {
                    Worker worker = pool.find(workerId);
                    if (worker != null) {
                        pool.send(worker, message);
                    }
                },
                listener,
                sources);
    }

    @Override
    public <T> Consumer<T> answer(String what, Consumer<T> then) {
        return result -> ports.inbox().put(new Continued(what, () -> then.accept(result)));
    }

    @Override
    public Timer after(Duration delay, String what, Runnable timedStep) {
        return ports.timers().schedule(delay, new Continued(what, timedStep));
    }

    @Override
    public void reserve(long upTo, Runnable then) {
        record.write(
                JobRecord.IDS + upTo, JobRecord.text("checkpoint ids up to " + upTo), wanted, then);
    }

    @Override
    public void complete(long id, Runnable then) {
        record.write(
                JobRecord.CHECKPOINT + id,
                JobRecord.text("checkpoint " + id + ", complete in epoch " + epoch),
                wanted,
                then);
    }

    @Override
    public void complete(SavepointRecord savepoint, Runnable then) {
        record.write(JobRecord.SAVEPOINT + savepoint.id(), savepoint, wanted, then);
    }

    @Override
    public void published(SavepointRecord savepoint, Runnable then) {
        record.write(
                JobRecord.NAMED + savepoint.id(),
                JobRecord.text("savepoint " + savepoint.id() + " is at " + savepoint.path()),
                wanted,
                () -> {
                    foundPublished(savepoint);
                    then.run();
                });
    }

    @Override
    public void foundPublished(SavepointRecord savepoint) {
        answered.addLast(savepoint.id());
        if (answered.size() > SAVEPOINTS_KEPT) {
            long oldest = answered.removeFirst();
            // in this order: one without its name on record would be taken for one that is lost
            record.remove(JobRecord.SAVEPOINT + oldest);
            record.remove(JobRecord.NAMED + oldest);
        }
    }

    @Override
    public void withdraw(SavepointRecord savepoint) {
        record.remove(JobRecord.SAVEPOINT + savepoint.id());
    }

    @Override
    public void forget(long id) {
        record.remove(JobRecord.CHECKPOINT + id);
    }
}
