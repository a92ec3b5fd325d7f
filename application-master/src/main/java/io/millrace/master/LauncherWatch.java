package io.millrace.master;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Knows which launchers are attached, so that the process may wait for them to read the job's
 * result.
 *
 * <p>Threads: any.
 */
final class LauncherWatch {
    private final Set<String> attached = new HashSet<>();

    synchronized void attached(String connection) {
        attached.add(connection);
    }

    synchronized void detached(String connection) {
        attached.remove(connection);
        notifyAll();
    }

    /** Waits until nobody is attached any more, but not longer than that. */
    synchronized void awaitNone(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!attached.isEmpty()) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }
}
