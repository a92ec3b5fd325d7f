package io.millrace.runtime.network;

import io.millrace.runtime.exchange.Channels;
import io.millrace.runtime.memory.NetworkBufferPool;
import io.millrace.runtime.worker.WorkerAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A network between workers without sockets or threads: whoever drives it decides what happens
 * next, so that a whole cluster runs on one thread and a seed replays it.
 *
 * <p>Shape: what one end of a connection sends arrives at the other in order; all frames are
 * encoded and decoded, so nothing is shared. Connections take turns as the driver has it.
 *
 * <p>Threads: one.
 */
public final class InMemoryNetwork {
    private final Map<String, Member> members = new TreeMap<>();
    private final List<End> ends = new ArrayList<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final int windowFrames;
    private long nowMillis;
    private long timersMade;

    private record Timer(long atMillis, long order, Member owner, Runnable command)
            implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            int byTime = Long.compare(atMillis, other.atMillis);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /** A worker of the network. */
    private final class Member implements Transport {
        final String workerId;
        RemoteChannels channels;

        Member(String workerId) {
            this.workerId = workerId;
        }

        @Override
        public void dial(WorkerAddress peer, long timeoutMillis) {
            // like a real one it takes a while, and the peer may appear meanwhile
            tryToConnect(this, peer, nowMillis + timeoutMillis);
        }

        @Override
        public void schedule(long delayMillis, Runnable command) {
            timers.add(new Timer(nowMillis + delayMillis, timersMade++, this, command));
        }
    }

    /** One end of a connection. */
    private final class End implements Connection {
        final Member owner;
        final ArrayDeque<Runnable> commands = new ArrayDeque<>();
        final ArrayDeque<ByteBuffer> arriving = new ArrayDeque<>();
        End other;
        PeerSession session;
        boolean congested;
        boolean closed;

        End(Member owner) {
            this.owner = owner;
        }

        @Override
        public void send(Frame frame) {
            if (closed) {
                return;
            }
            ByteBuffer bytes = ByteBuffer.allocate(FrameCodec.maxSize(frame));
            FrameCodec.encode(frame, bytes);
            other.arriving.add(bytes.flip());
        }

        @Override
        public void flush() {}

        @Override
        public boolean isWritable() {
            boolean writable = other.arriving.size() < windowFrames;
            congested |= !writable;
            return writable;
        }

        @Override
        public void execute(Runnable command) {
            commands.add(command);
        }

        @Override
        public void close(String cause) {
            if (!closed) {
                closed = true;
                other.commands.add(() -> other.end(cause));
                commands.add(() -> end(cause));
                closed = true;
            }
        }

        void end(String cause) {
            closed = true;
            arriving.clear();
            session.onClosed(cause);
        }

        boolean hasWork() {
            return !commands.isEmpty() || !arriving.isEmpty();
        }

        /** Runs one command or takes one frame. */
        void step(boolean preferFrame) {
            if (!arriving.isEmpty() && (preferFrame || commands.isEmpty())) {
                ByteBuffer bytes = arriving.poll();
                if (closed) {
                    return;
                }
                try {
                    session.onFrame(FrameCodec.decode(bytes));
                } catch (ProtocolException e) {
                    close("worker " + other.owner.workerId + " sent " + e.getMessage());
                }
                if (other.congested && arriving.size() < windowFrames && !other.closed) {
                    other.congested = false;
                    other.commands.add(() -> other.session.onWritable());
                }
            } else if (!commands.isEmpty()) {
                commands.poll().run();
            }
        }
    }

    /**
     * @param windowFrames frames on their way in one direction of a connection before senders wait
     */
    public InMemoryNetwork(int windowFrames) {
        this.windowFrames = windowFrames;
    }

    /** A worker joins; its address has the worker's id as host and port 1. */
    public Channels join(DataNetworkSettings settings, NetworkBufferPool pool) {
        Member member = new Member(settings.workerId());
        member.channels = new RemoteChannels(settings, pool, member);
        if (members.putIfAbsent(settings.workerId(), member) != null) {
            throw new IllegalArgumentException(
                    "Worker " + settings.workerId() + " is there already");
        }
        return member.channels;
    }

    public static WorkerAddress address(String workerId) {
        return new WorkerAddress(workerId, workerId, 1);
    }

    private void tryToConnect(Member from, WorkerAddress to, long deadlineMillis) {
        from.schedule(
                1,
                () -> {
                    Member peer = members.get(to.workerId());
                    if (peer != null) {
                        End near = new End(from);
                        End far = new End(peer);
                        near.other = far;
                        far.other = near;
                        ends.add(near);
                        ends.add(far);
                        near.session = from.channels.connected(to.workerId(), near);
                        far.session = peer.channels.connected(from.workerId, far);
                    } else if (nowMillis >= deadlineMillis) {
                        from.channels.connectFailed(to.workerId(), "there is no such worker");
                    } else {
                        tryToConnect(from, to, deadlineMillis);
                    }
                });
    }

    /** Does one thing that can be done now; returns false if there is none. */
    public boolean step(RandomGenerator random) {
        List<End> busy = new ArrayList<>();
        for (End end : ends) {
            if (end.hasWork()) {
                busy.add(end);
            }
        }
        if (busy.isEmpty()) {
            return false;
        }
        busy.get(random.nextInt(busy.size())).step(random.nextBoolean());
        ends.removeIf(end -> end.closed && !end.hasWork());
        return true;
    }

    /** Lets time pass, and what was planned for it happen. */
    public void advance(long millis) {
        long until = nowMillis + millis;
        while (!timers.isEmpty() && timers.peek().atMillis() <= until) {
            Timer due = timers.poll();
            nowMillis = due.atMillis();
            due.command().run();
        }
        nowMillis = until;
    }

    /** When the next planned thing happens, or -1. */
    public long nextTimerMillis() {
        return timers.isEmpty() ? -1 : timers.peek().atMillis();
    }

    public long nowMillis() {
        return nowMillis;
    }

    /** Breaks every connection between two workers. */
    public void disconnect(String workerId, String otherWorkerId, String cause) {
        for (End end : new ArrayList<>(ends)) {
            if (end.owner.workerId.equals(workerId)
                    && end.other.owner.workerId.equals(otherWorkerId)) {
                end.close(cause);
            }
        }
    }

    /** A worker dies: it does nothing any more, and others see their connections break. */
    public void kill(String workerId) {
        Member dead = members.remove(workerId);
        if (dead == null) {
            return;
        }
        timers.removeIf(timer -> timer.owner() == dead);
        Map<End, Boolean> gone = new HashMap<>();
        for (End end : ends) {
            if (end.owner == dead) {
                gone.put(end, true);
            }
        }
        for (End end : ends) {
            if (end.owner != dead && gone.containsKey(end.other) && !end.closed) {
                end.commands.add(() -> end.end("worker " + workerId + " died"));
            }
        }
        ends.removeAll(gone.keySet());
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder("InMemoryNetwork at " + nowMillis + " ms");
        for (Member member : members.values()) {
            out.append('\n').append(member.channels);
        }
        for (End end : ends) {
            out.append('\n')
                    .append(end.owner.workerId)
                    .append(" has ")
                    .append(end.commands.size())
                    .append(" commands and ")
                    .append(end.arriving.size())
                    .append(" frames from ")
                    .append(end.other.owner.workerId);
        }
        return out.toString();
    }
}
