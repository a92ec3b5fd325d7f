package io.millrace.testkit.simulation;

import java.time.Duration;

/**
 * What may go wrong, how often. All is well as soon as {@link #stop} was called.
 *
 * <p>The breakers take a rule of the engine away: simulations under one of them must fail.
 */
final class Faults {

    /** A rule of the engine that a test takes away, to see that it is needed. */
    enum Breaker {
        NONE,
        /** An older master may write to the record after a takeover. */
        NO_FENCE,
        /** Workers obey whoever speaks, whatever the epoch. */
        NO_EPOCH_CHECK,
        /** The master takes attempts for gone as soon as it has cancelled them. */
        NO_WAIT_FOR_CANCELLED,
        /** Workers tell the end of an attempt once, whoever hears it. */
        NO_KEPT_ENDS,
        /** A call of the record whose answer is lost is taken for done. */
        UNKNOWN_IS_DONE,
        /** A master that takes over goes on behind the last complete checkpoint's id. */
        NO_ID_RESERVATION,
        /** A completion is taken for recorded as soon as it was asked for. */
        TOLD_BEFORE_RECORDED,
        /** Metadata is taken for written as soon as it was asked for. */
        RECORDED_BEFORE_METADATA,
        /** Splits are given to readers as soon as it was asked to put them on record. */
        ASSIGNED_BEFORE_RECORDED,
        /** The record forgets that the job is to be stopped. */
        NO_STOP_ON_RECORD,
        /** A savepoint is taken for recorded as soon as it was asked for. */
        STOPPED_BEFORE_RECORDED,
        /** The record forgets which attempts have finished. */
        NO_FINISHED_ON_RECORD,
        /** A master that takes over decides at once, whoever has not reported yet. */
        NO_WAIT_FOR_WORKERS,
        /** The data network loses a record now and then; for simulations with real tasks. */
        LOST_RECORD,
        /** What barriers have overtaken is not read again; for simulations with real tasks. */
        LOST_IN_FLIGHT,
        /** What barriers have overtaken is read twice; for simulations with real tasks. */
        DOUBLED_IN_FLIGHT,
        /** What was being combined when a barrier overtook is not read again; for real tasks. */
        LOST_COMBINED,
        /** Readers are told that they may go as far as they like; for real tasks. */
        NO_ALIGNMENT
    }

    private static final Duration SLOWEST_STEP_AT_PEACE = Duration.ofMillis(300);

    private final Breaker breaker;
    private final boolean onlyMasters;
    private boolean stopped;

    Faults(Breaker breaker, SimulatedCluster.Trouble trouble) {
        this.breaker = breaker;
        this.onlyMasters = trouble == SimulatedCluster.Trouble.ONLY_MASTERS_DIE;
    }

    Breaker breaker() {
        return breaker;
    }

    boolean onlyMastersDie() {
        return onlyMasters;
    }

    void stop() {
        stopped = true;
    }

    boolean stopped() {
        return stopped;
    }

    boolean fenceHolds() {
        return breaker != Breaker.NO_FENCE;
    }

    /** Part of the calls of the record whose answer is lost. */
    double unknownOutcome() {
        return stopped ? 0 : 0.15;
    }

    Duration slowStore() {
        return stopped ? Duration.ofMillis(50) : Duration.ofSeconds(3);
    }

    /** Slow jobs are there to see many faults; what is left of them then must come to its end. */
    Duration slowestStep(Duration usual) {
        return stopped && usual.compareTo(SLOWEST_STEP_AT_PEACE) > 0
                ? SLOWEST_STEP_AT_PEACE
                : usual;
    }

    /** Part of the calls of the file system that fail, executed or not. */
    double fileFailure() {
        return stopped ? 0 : 0.1;
    }

    /** Part of the attempts that the user's code fails in. */
    double taskFailure() {
        return stopped || onlyMasters ? 0 : 0.02;
    }

    /** Part of the attempts that take their time to end when they are cancelled. */
    double slowCancel() {
        return stopped ? 0.02 : 0.1;
    }

    /** Part of the containers whose worker never comes up. */
    double startFailure() {
        return stopped || onlyMasters ? 0 : 0.1;
    }

    /** How long a master waits for workers that others have left. */
    Duration previousTimeout() {
        if (breaker == Breaker.NO_WAIT_FOR_WORKERS) {
            return Duration.ZERO;
        }
        return Duration.ofSeconds(onlyMasters ? 60 : 20);
    }

    /** So often longer than usual the data network waits: slow tasks alone break nothing then. */
    int patience() {
        return onlyMasters ? 100 : 1;
    }

    /** How long a worker stays without a master. */
    Duration lease() {
        return Duration.ofSeconds(onlyMasters ? 3600 : 90);
    }

    /** Part of the messages that arrive twice. */
    double doubledMessage() {
        return stopped ? 0 : 0.03;
    }

    /** Part of the broken connections of which an end brings what it holds late. */
    double lateAfterBreak() {
        return stopped ? 0 : 0.5;
    }
}
