package io.millrace.runtime.network;

import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.Outbox;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives each control connection a name that is never used again, so that decisions may speak of
 * connections without holding any.
 *
 * <p>Threads: any.
 */
public final class NamedConnections implements Outbox {
    private final AtomicLong made = new AtomicLong();
    private final Map<String, ControlConnection> byName = new ConcurrentHashMap<>();
    private final Map<ControlConnection, String> names = new ConcurrentHashMap<>();

    /** Takes a connection in. */
    public String add(ControlConnection connection) {
        String name = connection.peerId() + "/" + made.incrementAndGet();
        names.put(connection, name);
        byName.put(name, connection);
        return name;
    }

    /** The name of a connection that was taken in, or null if it has ended. */
    public String nameOf(ControlConnection connection) {
        return names.get(connection);
    }

    /** Forgets a connection that has ended; null if it is not known. */
    public String remove(ControlConnection connection) {
        String name = names.remove(connection);
        if (name != null) {
            byName.remove(name);
        }
        return name;
    }

    /** Open connections of a kind. */
    public int count(ConnectionKind kind) {
        int count = 0;
        for (ControlConnection connection : byName.values()) {
            if (connection.kind() == kind) {
                count++;
            }
        }
        return count;
    }

    @Override
    public void send(String connection, ControlMessage message) {
        ControlConnection open = byName.get(connection);
        if (open != null) {
            open.send(message);
        }
    }

    @Override
    public void close(String connection, String reason) {
        ControlConnection open = byName.get(connection);
        if (open != null) {
            open.close(reason);
        }
    }
}
