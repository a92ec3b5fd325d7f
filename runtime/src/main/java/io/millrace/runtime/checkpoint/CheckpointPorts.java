package io.millrace.runtime.checkpoint;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.ToWorker;
import io.millrace.runtime.loop.Clock;
import io.millrace.runtime.loop.Timers.Timer;
import java.time.Duration;
import java.util.function.Consumer;

/** All that a checkpoint coordinator touches. */
public record CheckpointPorts(
        Clock clock,
        Loop loop,
        CheckpointStorage storage,
        Ledger ledger,
        Workers workers,
        Listener listener) {

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

        /** The savepoint has its name: it is its owner's from now on. */
        void published(SavepointRecord savepoint);
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
