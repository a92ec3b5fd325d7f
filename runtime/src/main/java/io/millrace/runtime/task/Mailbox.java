package io.millrace.runtime.task;

import java.util.concurrent.ArrayBlockingQueue;

/**
 * Commands for a subtask, from anybody, run by its own thread between two records.
 *
 * <p>Threads: {@link #offer} by any; the rest by the owner. The flag is read after each record,
 * which costs what a plain read costs as long as nobody writes it.
 *
 * @param <C> the commands
 */
final class Mailbox<C> {
    private final ArrayBlockingQueue<C> commands;
    private volatile boolean waiting;

    /**
     * @param bound commands that may wait
     */
    Mailbox(int bound) {
        this.commands = new ArrayBlockingQueue<>(bound);
    }

    /** False if the mailbox is full; never blocks. */
    boolean offer(C command) {
        boolean taken = commands.offer(command);
        waiting = true;
        return taken;
    }

    /** Has the owner look as if there were a command; by any thread. */
    void raise() {
        waiting = true;
    }

    boolean isMailWaiting() {
        return waiting;
    }

    /** The next command, or null. */
    C poll() {
        C command = commands.poll();
        if (command == null) {
            waiting = false;
            // one may have come before the flag was lowered
            command = commands.poll();
            if (command != null) {
                waiting = true;
            }
        }
        return command;
    }
}
