package io.millrace.runtime.master;

import io.millrace.runtime.checkpoint.CheckpointStorage;
import io.millrace.runtime.control.Outbox;
import io.millrace.runtime.coordinate.CoordinatorThreads;
import io.millrace.runtime.loop.Clock;
import io.millrace.runtime.loop.Inbox;
import io.millrace.runtime.loop.Timers;
import io.millrace.runtime.master.MasterEvent.Continued;
import java.time.Duration;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * All that a job master touches.
 *
 * @param inbox takes the answers of store and files, from their threads
 */
public record MasterPorts(
        Clock clock,
        Random random,
        Inbox<MasterEvent> inbox,
        Timers<MasterEvent> timers,
        Outbox outbox,
        JobStore store,
        JobFiles files,
        CheckpointStorage checkpoints,
        ContainerPort containers,
        JobObserver observer,
        CoordinatorThreads coordinators) {

    /**
     * Takes an answer from any thread, and goes on in the master's loop.
     *
     * @param wanted asked there; nothing happens if the answer is not wanted any more
     */
    <T> Consumer<T> answer(String what, BooleanSupplier wanted, Consumer<T> then) {
        return result ->
                inbox.put(
                        new Continued(
                                what,
                                () -> {
                                    if (wanted.getAsBoolean()) {
                                        then.accept(result);
                                    }
                                }));
    }

    /** Goes on in the master's loop after a pause, if that is wanted still. */
    void later(String what, Duration pause, BooleanSupplier wanted, Runnable then) {
        timers.schedule(
                pause,
                new Continued(
                        what,
                        () -> {
                            if (wanted.getAsBoolean()) {
                                then.run();
                            }
                        }));
    }
}
