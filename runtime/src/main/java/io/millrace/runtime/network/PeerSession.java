package io.millrace.runtime.network;

import io.millrace.runtime.exchange.ChannelId;
import io.millrace.runtime.exchange.StreamEvent.EndOfChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The channels on one connection between two workers, in both directions.
 *
 * <p>Channels that have something to send take turns, a frame each, so that none holds up the
 * others.
 *
 * <p>Threads: owned by the connection's thread, except {@link #execute} and {@link #peerId}.
 */
final class PeerSession {
    private final String ownId;
    private final String peerId;
    private final Connection connection;
    private final RemoteChannels channels;

    /** Channels that are read here, by the numbers we gave. */
    private final Map<Integer, RemoteInputChannel> inputs = new HashMap<>();

    /** Channels that the peer reads, by the numbers it gave; also those whose writer is awaited. */
    private final Map<Integer, Served> served = new HashMap<>();

    private final ArrayDeque<RemoteOutputChannel> ready = new ArrayDeque<>();
    private int nextNumber = 1;
    private boolean closed;

    /** A channel that the peer asked for. */
    private static final class Served {
        final ChannelId id;
        RemoteOutputChannel output;
        int creditMeanwhile;

        Served(ChannelId id, int credit) {
            this.id = id;
            this.creditMeanwhile = credit;
        }
    }

    PeerSession(String ownId, String peerId, Connection connection, RemoteChannels channels) {
        this.ownId = ownId;
        this.peerId = peerId;
        this.connection = connection;
        this.channels = channels;
    }

    String peerId() {
        return peerId;
    }

    void execute(Runnable command) {
        connection.execute(command);
    }

    void close(String cause) {
        connection.close(cause);
    }

    // ---- channels that are read here

    void open(RemoteInputChannel input) {
        if (input.isClosed()) {
            return;
        }
        if (closed) {
            input.broke(between("the connection was closed"));
            return;
        }
        int number = nextNumber++;
        inputs.put(number, input);
        connection.send(new Frame.Open(number, input.attach(this, number), input.id));
        connection.flush();
        if (input.isClosed()) {
            // closed meanwhile, before it knew its number
            readerClosed(number);
        }
    }

    void sendCredit(int number, int segments) {
        if (!closed && inputs.containsKey(number)) {
            connection.send(new Frame.Credit(number, segments));
            connection.flush();
        }
    }

    void readerClosed(int number) {
        if (!closed && inputs.remove(number) != null) {
            connection.send(new Frame.Stop(number));
            connection.flush();
        }
    }

    // ---- channels that the peer reads

    /** The writer of a channel that was asked for is there. */
    void bind(int number, RemoteOutputChannel output) {
        Served at = served.get(number);
        if (closed) {
            output.broke(between("the connection was closed"));
        } else if (at == null) {
            // the reader went away while it waited
            output.readerStopped();
        } else {
            at.output = output;
            if (output.bind(this, number, at.creditMeanwhile)) {
                ready(output);
            } else {
                writerFailed(number, "writer " + output.id.writer() + " is gone");
            }
        }
    }

    /** The reader is told that its writer will not come, or not go on. */
    void writerFailed(int number, String cause) {
        if (!closed && served.remove(number) != null) {
            connection.send(new Frame.Failed(number, cause));
            connection.flush();
        }
    }

    /** All of a channel was sent. */
    void writerEnded(int number) {
        served.remove(number);
    }

    /** A channel may have something to send. */
    void ready(RemoteOutputChannel output) {
        if (!output.inReadyList) {
            output.inReadyList = true;
            ready.add(output);
        }
        pump();
    }

    private void pump() {
        boolean sent = false;
        while (!closed && !ready.isEmpty() && connection.isWritable()) {
            RemoteOutputChannel output = ready.poll();
            output.inReadyList = false;
            if (output.sendNext(connection)) {
                sent = true;
                output.inReadyList = true;
                ready.add(output);
            }
        }
        if (sent) {
            connection.flush();
        }
    }

    // ---- the connection

    void onWritable() {
        pump();
    }

    /**
     * @throws ProtocolException if the peer breaks the rules; the connection is to be closed
     */
    void onFrame(Frame frame) throws ProtocolException {
        if (closed) {
            return;
        }
        if (frame instanceof Frame.Data data) {
            RemoteInputChannel input = input(data.channel());
            if (input != null) {
                input.onData(data.backlog(), data.bytes());
            }
        } else if (frame instanceof Frame.Event event) {
            RemoteInputChannel input = input(event.channel());
            if (input != null) {
                input.onEvent(event.event());
                if (event.event() instanceof EndOfChannel) {
                    inputs.remove(event.channel());
                }
            }
        } else if (frame instanceof Frame.Rest rest) {
            RemoteInputChannel input = input(rest.channel());
            if (input != null) {
                input.onRest(rest.bytes());
            }
        } else if (frame instanceof Frame.Overtaking overtaking) {
            RemoteInputChannel input = input(overtaking.channel());
            if (input != null) {
                input.onOvertaking(overtaking.barrier(), overtaking.bytes());
            }
        } else if (frame instanceof Frame.Failed failed) {
            RemoteInputChannel input = input(failed.channel());
            if (input != null) {
                inputs.remove(failed.channel());
                input.writerFailed(failed.cause());
            }
        } else if (frame instanceof Frame.Credit credit) {
            onCredit(credit);
        } else if (frame instanceof Frame.Stop stop) {
            Served at = served.remove(stop.channel());
            if (at != null) {
                if (at.output == null) {
                    channels.stopWaiting(at.id, this, stop.channel());
                } else {
                    at.output.readerStopped();
                }
            }
        } else if (frame instanceof Frame.Open open) {
            if (served.putIfAbsent(open.channel(), new Served(open.id(), open.credit())) != null) {
                throw new ProtocolException("number " + open.channel() + " for two channels");
            }
            channels.onOpen(this, open.channel(), open.id());
        }
    }

    /** Null for a channel that was closed here while the frame was on its way. */
    private RemoteInputChannel input(int number) throws ProtocolException {
        if (number <= 0 || number >= nextNumber) {
            throw new ProtocolException("a frame for channel " + number + ", which was not opened");
        }
        return inputs.get(number);
    }

    private void onCredit(Frame.Credit credit) {
        Served at = served.get(credit.channel());
        if (at == null) {
            return; // it ended while the credit was on its way
        }
        if (at.output == null) {
            at.creditMeanwhile += credit.segments();
        } else {
            at.output.addCredit(credit.segments());
            ready(at.output);
        }
    }

    /** The connection is gone; all channels on it break. */
    void onClosed(String cause) {
        if (closed) {
            return;
        }
        closed = true;
        String why = between(cause);
        List<RemoteInputChannel> readHere = new ArrayList<>(inputs.values());
        List<Served> readThere = new ArrayList<>(served.values());
        inputs.clear();
        served.clear();
        ready.clear();
        channels.sessionClosed(this);
        for (RemoteInputChannel input : readHere) {
            input.broke(why);
        }
        for (Served at : readThere) {
            if (at.output != null) {
                at.output.broke(why);
            }
        }
    }

    private String between(String cause) {
        return "connection between workers " + ownId + " and " + peerId + ": " + cause;
    }
}
