package io.millrace.runtime.checkpoint;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.loop.Clock;
import io.millrace.runtime.loop.Timers.Timer;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** All that a checkpoint coordinator touches. */
public record CheckpointPorts(
        Clock clock,
        Loop loop,
        CheckpointStorage storage,
        Ledger ledger,
        Workers workers,
        Listener listener,
        Sources sources) {

    /** Of a job whose sources have no coordinators. */
    public CheckpointPorts(
            Clock clock,
            Loop loop,
            CheckpointStorage storage,
            Ledger ledger,
            Workers workers,
            Listener listener) {
        this(clock, loop, storage, ledger, workers, listener, Sources.NONE);
    }

    /** What keeps the splits of sources. */
    public interface Sources {

        /** There are none. */
        Sources NONE =
                new Sources() {
                    @Override
                    public void prepare(long id, Consumer<List<CoordinatorState>> then) {
                        then.accept(List.of());
                    }

                    @Override
                    public void cancelPreparation() {}

                    @Override
                    public void complete(long id) {}
                };

        /**
         * Takes their states for a checkpoint; {@code then} gets them, now or later, in the step in
         * which its barriers must begin.
         */
        void prepare(long id, Consumer<List<CoordinatorState>> then);

        /** The checkpoint that is prepared will not be. */
        void cancelPreparation();

        /** A checkpoint, and with it every earlier one, is complete. */
        void complete(long id);
    }

    /** The loop that owns the coordinator. */
    public interface Loop {

        /** Takes an answer from any thread and handles it in the loop. */
        <T> Consumer<T> answer(String what, Consumer<T> then);

        /** Handles a step after a while. */
        Timer after(Duration delay, String what, Runnable step);
    }

    /**
     * The part of the job record that checkpoints need. Each call is repeated until it is known to
     * be done; where another master owns the record, nothing follows.
     */
    public interface Ledger {

        /** No master after this one uses an id up to this one. */
        void reserve(long upTo, Runnable then);

        /** The checkpoint is complete: this decides. */
        void complete(long id, Runnable then);

        /** The savepoint is complete: this decides. */
        void complete(SavepointRecord savepoint, Runnable then);

        /** The checkpoint is not there any more. */
        void forget(long id);

        /**
         * The savepoint has its name: it is its owner's from now on, who may be told of it and move
         * it when that is on record, too. Its completion need not stay on record for longer than
         * its owner may ask for it.
         */
        void published(SavepointRecord savepoint, Runnable then);

        /** An earlier master has put on record that the savepoint has its name. */
        void foundPublished(SavepointRecord savepoint);

        /** The savepoint was told to nobody and is not there: nobody is to hear of it. */
        void withdraw(SavepointRecord savepoint);
    }

    /** The workers, by their ids. */
    @FunctionalInterface
    public interface Workers {

        /** Promises nothing. */
        void send(String worker, ToWorker message);
    }

    /** What the coordinator tells. */
    public interface Listener {

        /** Too many checkpoints have failed: the job is to start again from the last one. */
        void tooManyFailures(Failure cause);

        /** A checkpoint that the job may need is damaged: the job cannot go on by itself. */
        void damaged(Failure cause);
    }
}
