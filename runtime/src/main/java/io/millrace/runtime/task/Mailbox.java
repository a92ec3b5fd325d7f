package io.millrace.runtime.task;

import java.util.concurrent.LinkedBlockingQueue;

/**
 * Commands for a subtask, from anybody, run by its own thread between two records.
 *
 * <p>Threads: {@link #offer} and {@link #put} by any; the rest by the owner. The flag is read after
 * each record, which costs what a plain read costs as long as nobody writes it.
 *
 * @param <C> the commands
 */
final class Mailbox<C> {
    private final LinkedBlockingQueue<C> commands = new LinkedBlockingQueue<>();
    private final int bound;
    private volatile boolean waiting;

    /**
     * @param bound commands that may wait before further ones are refused
     */
    Mailbox(int bound) {
        this.bound = bound;
    }

    /** False if the mailbox is full; never blocks. */
    boolean offer(C command) {
        boolean taken = commands.size() < bound && commands.offer(command);
        waiting = true;
        return taken;
    }

    /** Takes a command that must not be lost, however many wait; never blocks. */
    void put(C command) {
        commands.add(command);
        waiting = true;
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
