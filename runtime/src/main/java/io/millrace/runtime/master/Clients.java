package io.millrace.runtime.master;

import io.millrace.runtime.control.Outbox;
import io.millrace.runtime.control.ToClient;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The clients that are connected, and those of their requests that are not answered yet.
 *
 * <p>Threads: owned by the master's loop.
 */
final class Clients {
    private final Outbox outbox;
    private final Set<String> connections = new LinkedHashSet<>();
    private final List<CancelRequest> cancels = new ArrayList<>();

    private record CancelRequest(String connection, String request) {}

    Clients(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Whoever has asked something hears of each change. */
    void add(String connection) {
        connections.add(connection);
    }

    void remove(String connection) {
        connections.remove(connection);
    }

    /** Somebody wants to hear whether the job is cancelled. */
    void awaitCancel(String connection, String request) {
        cancels.add(new CancelRequest(connection, request));
    }

    void answerCancels(boolean accepted, String text) {
        for (CancelRequest cancel : cancels) {
            outbox.send(
                    cancel.connection, new ToClient.CancelReply(cancel.request, accepted, text));
        }
        cancels.clear();
    }

    void tell(JobStatus status) {
        for (String connection : connections) {
            outbox.send(connection, new ToClient.Status("", status));
        }
    }
}
