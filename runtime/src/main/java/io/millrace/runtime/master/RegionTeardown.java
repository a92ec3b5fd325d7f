package io.millrace.runtime.master;

import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.master.JobFiles.Result;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Execution;
import io.millrace.runtime.schedule.Region;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what runs of regions, and then removes what it has written that is not visible.
 *
 * <p>All attempts are told to end; a worker on which one does not end in time is given up. Output
 * that cannot be discarded is left behind after some tries: nobody commits the run that it is of.
 *
 * <p>Threads: owned by the master's loop.
 */
final class RegionTeardown {
    private static final Logger LOG = LoggerFactory.getLogger(RegionTeardown.class);
    private static final int DISCARD_TRIES = 3;

    /** Whose regions they are. */
    interface Owner {

        /** Name of the run whose output is to be discarded; empty if there is none. */
        String run(Region region);

        /** Says later whether the region is where it is now, and the job goes on. */
        BooleanSupplier stillInThisStep(Region region);

        /** Nothing of it is left. */
        void gone(Region region);
    }

    private final MasterSettings settings;
    private final MasterPorts ports;
    private final WorkerPool pool;
    private final Owner owner;

    /** Whose attempts are told to end, and their end is waited for. */
    private final Set<Region> ending = new HashSet<>();

    RegionTeardown(MasterSettings settings, MasterPorts ports, WorkerPool pool, Owner owner) {
        this.settings = settings;
        this.ports = ports;
        this.pool = pool;
        this.owner = owner;
    }

    /** Tells all attempts to end. */
    void begin(Region region) {
        ending.add(region);
        for (Execution execution : region.live()) {
            if (execution.state() != Execution.State.CANCELLING) {
                execution.become(Execution.State.CANCELLING, ports.clock().nanoTime());
            }
            cancel(pool.find(execution.slot().workerId()), execution.attempt());
        }
        ports.later(
                "end of the wait for cancelled tasks",
                settings.cancelTimeout(),
                owner.stillInThisStep(region),
                () -> giveUpHanging(region));
        check(region);
    }

    /** The region has moved on: nobody waits for the end of its attempts. */
    void stop(Region region) {
        ending.remove(region);
    }

    /** Whether the end of its attempts is waited for. */
    boolean awaits(Region region) {
        return ending.contains(region);
    }

    /**
     * Tells one attempt to end; of a region or left over from an earlier start of it.
     *
     * @param worker null if it is gone
     */
    void cancel(Worker worker, AttemptId attempt) {
        if (worker != null) {
            pool.send(worker, new ToWorker.Cancel(settings.epoch(), attempt));
        }
    }

    private void giveUpHanging(Region region) {
        for (Execution execution : region.live()) {
            Worker worker = pool.find(execution.slot().workerId());
            if (worker != null && execution.isLive()) {
                pool.giveUp(
                        worker,
                        "task "
                                + execution.name()
                                + " did not end within "
                                + settings.cancelTimeout().toSeconds()
                                + " s after it was cancelled (task.cancellation.timeout)");
            }
        }
    }

    /** An attempt has ended: it may be the last that was waited for. */
    void check(Region region) {
        if (!ending.contains(region) || !region.live().isEmpty()) {
            return;
        }
        ending.remove(region);
        if (owner.run(region).isEmpty()) {
            owner.gone(region);
        } else {
            discard(region, new BackOff(ports.random()));
        }
    }

    private void discard(Region region, BackOff backOff) {
        ports.files()
                .discard(
                        region.outputs(),
                        owner.run(region),
                        ports.answer(
                                "output discarded",
                                owner.stillInThisStep(region),
                                result -> discarded(region, result, backOff)));
    }

    private void discarded(Region region, Result<Void> result, BackOff backOff) {
        if (!(result instanceof Result.Done<Void>)) {
            Duration pause = backOff.next();
            LOG.warn("Output of run {} is still there: {}", owner.run(region), result);
            if (backOff.tries() < DISCARD_TRIES) {
                ports.later(
                        "discard again",
                        pause,
                        owner.stillInThisStep(region),
                        () -> discard(region, backOff));
                return;
            }
        }
        owner.gone(region);
    }
}
