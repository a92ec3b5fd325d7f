package io.millrace.runtime.exchange;

import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.serializer.TypeSerializer;
import io.millrace.runtime.worker.WorkerAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * The channels of one worker: local ones between its own subtasks, remote ones to all others.
 *
 * <p>Two subtasks of one worker meet here by the channel's id, whichever is deployed first. A
 * writer may have finished and gone before its reader comes: what it wrote waits here.
 *
 * <p>Threads: any; guarded by its own lock, which is never held while records travel.
 */
public final class WorkerChannels implements Channels {
    private final String workerId;
    private final Channels remote;
    private final int localBoundChunks;
    private final long gateBytes;
    private final Map<ChannelId, Meeting> meetings = new HashMap<>();

    /** Of the readers that meetings are about. */
    private final Map<AttemptId, GateBudget> budgets = new HashMap<>();

    private static final class Meeting {
        final LocalChannel channel;
        OutputChannel output;
        InputChannel input;
        boolean writerGone;
        boolean readerGone;

        Meeting(LocalChannel channel) {
            this.channel = channel;
        }
    }

    /**
     * @param remote opens channels to other workers
     * @param localBoundChunks closed chunks that may wait in a local channel
     * @param gateBytes that may wait in all local channels of one gate
     */
    public WorkerChannels(String workerId, Channels remote, int localBoundChunks, long gateBytes) {
        this.workerId = workerId;
        this.remote = remote;
        this.localBoundChunks = localBoundChunks;
        this.gateBytes = gateBytes;
    }

    @Override
    public OutputChannel openOutput(
            ChannelId id, WorkerAddress reader, TypeSerializer<Object> serializer, Wakeup writer) {
        if (!reader.workerId().equals(workerId)) {
            return remote.openOutput(id, reader, serializer, writer);
        }
        synchronized (this) {
            Meeting meeting = meeting(id);
            if (meeting.output != null) {
                throw new IllegalStateException("Channel " + id + " has a writer already");
            }
            meeting.output = meeting.channel.writer(writer);
            return meeting.output;
        }
    }

    @Override
    public InputChannel openInput(
            ChannelId id, WorkerAddress writer, TypeSerializer<Object> serializer, Wakeup reader) {
        if (!writer.workerId().equals(workerId)) {
            return remote.openInput(id, writer, serializer, reader);
        }
        synchronized (this) {
            Meeting meeting = meeting(id);
            if (meeting.input != null) {
                throw new IllegalStateException("Channel " + id + " has a reader already");
            }
            meeting.input = meeting.channel.reader(reader);
            return meeting.input;
        }
    }

    private Meeting meeting(ChannelId id) {
        Meeting known = meetings.get(id);
        if (known != null) {
            return known;
        }
        // what older attempts left behind, whose other end never came, is of no use to anybody
        if (meetings.keySet().removeIf(old -> isOlder(old, id))) {
            forgetBudgets();
        }
        Meeting meeting =
                new Meeting(
                        new LocalChannel(
                                id.toString(),
                                localBoundChunks,
                                budgets.computeIfAbsent(
                                        id.reader(), reader -> new GateBudget(gateBytes)),
                                LocalChannel.Visibility.ON_FLUSH));
        meetings.put(id, meeting);
        return meeting;
    }

    private void forgetBudgets() {
        Set<AttemptId> readers = new HashSet<>();
        meetings.keySet().forEach(id -> readers.add(id.reader()));
        budgets.keySet().retainAll(readers);
    }

    private static boolean isOlder(ChannelId old, ChannelId id) {
        return old.edge() == id.edge()
                && old.writer().sameSubtask(id.writer())
                && old.reader().sameSubtask(id.reader())
                && old.writer().compareTo(id.writer()) < 0;
    }

    @Override
    public void release(AttemptId attempt) {
        synchronized (this) {
            Iterator<Map.Entry<ChannelId, Meeting>> all = meetings.entrySet().iterator();
            while (all.hasNext()) {
                Map.Entry<ChannelId, Meeting> entry = all.next();
                Meeting meeting = entry.getValue();
                if (entry.getKey().writer().equals(attempt)) {
                    meeting.writerGone = true;
                    if (meeting.output != null) {
                        meeting.output.close();
                    }
                }
                if (entry.getKey().reader().equals(attempt)) {
                    meeting.readerGone = true;
                    if (meeting.input != null) {
                        meeting.input.close();
                    }
                }
                if (meeting.writerGone && meeting.readerGone) {
                    all.remove();
                }
            }
            forgetBudgets();
        }
        remote.release(attempt);
    }

    /** Channels that one end at least still holds; for tests and leak checks. */
    public synchronized int openChannels() {
        return meetings.size();
    }
}
