package io.millrace.testkit.simulation;

import io.millrace.runtime.control.ControlCodec;
import io.millrace.runtime.control.ControlMessage;
import io.millrace.runtime.control.Outbox;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Control connections: messages travel encoded, in order, and are lost with their connection. Each
 * end hears of a break in its own time, and until then gets what was on its way.
 */
final class SimulatedNetwork {
    private final Simulation simulation;
    private final Faults faults;
    private final ControlCodec codec = new ControlCodec();
    private final Map<String, Connection> connections = new LinkedHashMap<>();
    private int made;

    SimulatedNetwork(Simulation simulation, Faults faults) {
        this.simulation = simulation;
        this.faults = faults;
    }

    /** One side of a connection. */
    interface End {
        boolean alive();

        void connected(String connection);

        void received(String connection, ControlMessage message);

        void disconnected(String connection, String cause);
    }

    private static final class Side {
        private final End end;
        private boolean open = true;

        /** Whether what was sent to it before the break still arrives. */
        private boolean drains = true;

        private long lastArrivalNanos;

        Side(End end) {
            this.end = end;
        }
    }

    private static final class Connection {
        private final String name;
        private final Side acceptor;
        private final Side initiator;
        private boolean broken;

        Connection(String name, End acceptor, End initiator) {
            this.name = name;
            this.acceptor = new Side(acceptor);
            this.initiator = new Side(initiator);
        }

        Side side(End end) {
            return acceptor.end == end ? acceptor : initiator;
        }

        Side other(Side side) {
            return side == acceptor ? initiator : acceptor;
        }
    }

    String open(End acceptor, End initiator, String label) {
        String name = label + "#" + ++made;
        Connection connection = new Connection(name, acceptor, initiator);
        connections.put(name, connection);
        acceptor.connected(name);
        initiator.connected(name);
        return name;
    }

    /** What one end sends with. */
    Outbox outboxOf(End end) {
        return new Outbox() {
            @Override
            public void send(String connection, ControlMessage message) {
                SimulatedNetwork.this.send(end, connection, message);
            }

            @Override
            public void close(String connection, String reason) {
                Connection closed = connections.get(connection);
                if (closed != null) {
                    breakUp(closed, reason);
                }
            }
        };
    }

    private void send(End from, String name, ControlMessage message) {
        Connection connection = connections.get(name);
        if (connection == null || connection.broken || !from.alive()) {
            return;
        }
        byte[] bytes = codec.encode(message);
        Side to = connection.other(connection.side(from));
        boolean slow = !faults.stopped() && simulation.chance(0.05);
        long delay =
                simulation.nanosBetween(
                        Duration.ofNanos(100_000),
                        slow ? Duration.ofSeconds(3) : Duration.ofMillis(20));
        to.lastArrivalNanos = Math.max(to.lastArrivalNanos + 1, simulation.nowNanos() + delay);
        int times = simulation.chance(faults.doubledMessage()) ? 2 : 1;
        simulation.at(
                to.lastArrivalNanos - simulation.nowNanos(),
                () -> {
                    for (int i = 0; i < times && to.open && to.drains; i++) {
                        to.end.received(name, decode(bytes));
                    }
                });
    }

    private ControlMessage decode(byte[] bytes) {
        try {
            return (ControlMessage) codec.decode(bytes);
        } catch (IOException e) {
            throw new IllegalStateException("a message cannot be read", e);
        }
    }

    /** Breaks one connection that chance chooses. */
    void breakOne() {
        List<Connection> open = new ArrayList<>();
        for (Connection connection : connections.values()) {
            if (!connection.broken) {
                open.add(connection);
            }
        }
        if (!open.isEmpty()) {
            breakUp(open.get(simulation.random().nextInt(open.size())), "the network");
        }
    }

    /** An end is dead: all its connections break. */
    void died(End end) {
        for (Connection connection : List.copyOf(connections.values())) {
            if (connection.acceptor.end == end || connection.initiator.end == end) {
                breakUp(connection, "the other end is dead");
            }
        }
    }

    private void breakUp(Connection connection, String cause) {
        if (connection.broken) {
            return;
        }
        connection.broken = true;
        simulation.tell("network", connection.name + " breaks: " + cause);
        for (Side side : List.of(connection.acceptor, connection.initiator)) {
            side.drains = simulation.chance(faults.lateAfterBreak());
            boolean halfOpen = !faults.stopped() && simulation.chance(0.2);
            simulation.between(
                    Duration.ofMillis(1),
                    halfOpen ? Duration.ofSeconds(15) : Duration.ofMillis(500),
                    () -> {
                        side.open = false;
                        connections.remove(connection.name);
                        if (side.end.alive()) {
                            side.end.disconnected(connection.name, cause);
                        }
                    });
        }
    }
}
