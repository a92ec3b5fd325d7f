package io.millrace.runtime.master;

import io.millrace.runtime.control.Outbox;
import io.millrace.runtime.control.ToClient.SavepointEnded;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Who waits for which savepoint, and what the last ones were told: a client that has lost its
 * connection asks again, with the same request, and is to get the same answer.
 *
 * <p>Threads: owned by the master's loop.
 */
final class SavepointAnswers {
    private static final int KEPT = 100;

    private final Outbox outbox;

    /** Connections of those who wait, by request. */
    private final Map<String, Set<String>> waiting = new LinkedHashMap<>();

    /** Programs of this process that wait, by request. */
    private final Map<String, Consumer<SavepointEnded>> programs = new HashMap<>();

    private final Deque<SavepointEnded> given = new ArrayDeque<>();

    SavepointAnswers(Outbox outbox) {
        this.outbox = outbox;
    }

    /** A program of this process is about to ask. */
    void program(String request, Consumer<SavepointEnded> answer) {
        programs.put(request, answer);
    }

    /**
     * Whether a request is answered, or will be; a new one is waited for from now on.
     *
     * @param connection empty if nobody waits on one
     */
    boolean isKnown(String connection, String request) {
        for (SavepointEnded answer : given) {
            if (answer.request().equals(request)) {
                send(Set.of(connection), answer);
                return true;
            }
        }
        boolean known = isAwaited(request);
        await(request);
        if (!connection.isEmpty()) {
            waiting.get(request).add(connection);
        }
        return known;
    }

    /** An answer to this is to come, whoever is there to hear it. */
    void await(String request) {
        waiting.computeIfAbsent(request, r -> new LinkedHashSet<>());
    }

    boolean isAwaited(String request) {
        return waiting.containsKey(request);
    }

    /** Answers whoever waits, and whoever asks again. */
    void give(SavepointEnded answer) {
        given.addFirst(answer);
        if (given.size() > KEPT) {
            given.removeLast();
        }
        Set<String> connections = waiting.remove(answer.request());
        send(connections == null ? Set.of() : connections, answer);
    }

    /** Nothing will come of what is still waited for. */
    void giveUp(String failure) {
        List.copyOf(waiting.keySet()).forEach(r -> give(new SavepointEnded(r, "", failure)));
    }

    /** The connection is gone; its client asks again on another. */
    void disconnected(String connection) {
        waiting.values().forEach(connections -> connections.remove(connection));
    }

    private void send(Set<String> connections, SavepointEnded answer) {
        for (String connection : connections) {
            if (!connection.isEmpty()) {
                outbox.send(connection, answer);
            }
        }
        Consumer<SavepointEnded> program = programs.remove(answer.request());
        if (program != null) {
            program.accept(answer);
        }
    }
}
