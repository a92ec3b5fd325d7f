package io.millrace.runtime.coordinate;

import io.millrace.runtime.control.Failure;
import io.millrace.runtime.loop.Clock;
import io.millrace.runtime.loop.Timers.Timer;
import io.millrace.runtime.schedule.AttemptId;
import java.time.Duration;

/** All that coordinators touch. */
public record CoordinatorPorts(
        Clock clock,
        Loop loop,
        CoordinatorThreads threads,
        Ledger ledger,
        Readers readers,
        Listener listener) {

    /** The master's loop. */
    public interface Loop {

        /** Runs a step in the loop, behind those put before by the same thread; any thread. */
        void put(String what, Runnable step);

        /** Runs a step in the loop after a while; called in the loop. */
        Timer after(Duration delay, String what, Runnable step);
    }

    /** The part of the job record that coordinators need. */
    public interface Ledger {

        /** Repeated until it is known to be done; where another master owns it, nothing follows. */
        void write(long sequence, CoordinatorRecord record, Runnable then);

        /** Nobody needs it any more. */
        void forget(long sequence);
    }

    /** Readers, by their attempts. */
    @FunctionalInterface
    public interface Readers {

        /** Promises nothing. */
        void send(AttemptId reader, String uid, byte[] message);
    }

    /** What coordinators tell. */
    @FunctionalInterface
    public interface Listener {

        /** An enumerator cannot go on: its job is to start again. */
        void failed(Failure cause);
    }
}
