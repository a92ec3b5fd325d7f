package io.millrace.runtime.master;

import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.worker.WorkerAddress;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A worker that has reported.
 *
 * <p>Threads: owned by the master's loop.
 */
final class Worker {
    private final WorkerAddress address;
    private final int slots;
    private final Set<AttemptId> strays = new LinkedHashSet<>();
    private String connection;
    private int link;
    private long heardNanos;

    Worker(WorkerAddress address, int slots) {
        this.address = address;
        this.slots = slots;
    }

    String id() {
        return address.workerId();
    }

    WorkerAddress address() {
        return address;
    }

    int slots() {
        return slots;
    }

    /** Attempts that it runs and nobody wants: its slots are free when they are gone. */
    Set<AttemptId> strays() {
        return strays;
    }

    /** Name of its connection, or null while it has none. */
    String connection() {
        return connection;
    }

    int link() {
        return link;
    }

    long heardNanos() {
        return heardNanos;
    }

    void heard(long nowNanos) {
        heardNanos = nowNanos;
    }

    void connected(String newConnection, int newLink) {
        connection = newConnection;
        link = newLink;
    }

    void disconnected() {
        connection = null;
    }
}
