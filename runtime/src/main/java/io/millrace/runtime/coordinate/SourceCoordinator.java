package io.millrace.runtime.coordinate;

import io.millrace.api.InvalidProgramException;
import io.millrace.runtime.checkpoint.CoordinatorState;
import io.millrace.runtime.control.Failure;
import io.millrace.runtime.control.Failure.Category;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.schedule.AttemptId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coordinator of one source: what its enumerator has told which reader, how much of that is on
 * record, sent, and held by a complete checkpoint.
 *
 * <p>Everything that an enumerator tells a reader is kept until a complete checkpoint holds it. It
 * is sent when it is on record, when the reader has registered on the present connection of its
 * worker, and not between the enumerator's state and the barriers of one checkpoint: what was told
 * before the state was taken reaches the reader before the barrier, what was told after it, after
 * it. A reader that registers says what has come; the rest is sent again, with its numbers. What a
 * reader was told that fails goes back to the enumerator, as far as no checkpoint holds it.
 *
 * <p>Invariant: each split is, at any time, in exactly one of these: the enumerator's state; the
 * list of returned splits that the state does not know of; what one reader was told; one reader.
 *
 * <p>Threads: owned by the master's loop.
 */
final class SourceCoordinator {
    private static final Logger LOG = LoggerFactory.getLogger(SourceCoordinator.class);

    private final JobVertex.Coordinator spec;
    private final int vertex;
    private final CoordinatorPorts ports;
    private final Runnable changed;

    /** Its place in its watermark group, or null. */
    private final WatermarkGroup.Member aligned;

    private final Map<Integer, Reader> readers = new TreeMap<>();

    /** Splits that belong to nobody, until a state of the enumerator is known to have them. */
    private final List<Returned> returned = new ArrayList<>();

    private EnumeratorHost host;
    private long numbers;

    /** The highest checkpoint for which the enumerator's state was taken. */
    private long after;

    /** The highest checkpoint that is complete. */
    private long complete;

    /** Whether what was told after the last state is held back. */
    private boolean holdsBack;

    /** Whether there is something that the record does not know. */
    private boolean dirty;

    private record Returned(long command, CoordinatorState.Splits splits) {}

    /** What is known of one reader. */
    private static final class Reader {
        private final AttemptId attempt;
        private final long number;

        /** With numbers that follow on each other. */
        private final List<CoordinatorRecord.Told> told = new ArrayList<>();

        private long next = 1;

        /** Up to here it is on record. */
        private long recorded;

        /** Up to here it has come, or is on its way on a connection that still stands. */
        private long sent;

        /** Up to here the reader has said that it has come. */
        private long received;

        /** Up to here the enumerator was told what the reader has told. */
        private long heard;

        /** The last event among that, and the last that the reader need not tell again. */
        private long heardEvent;

        private long acknowledged;
        private boolean registered;
        private boolean added;
        private boolean noMore;
        private boolean ended;

        Reader(AttemptId attempt, long number) {
            this.attempt = attempt;
            this.number = number;
        }

        /** What was told with numbers above this one. */
        List<CoordinatorRecord.Told> toldAfter(long sequence) {
            if (told.isEmpty()) {
                return told;
            }
            long from = sequence + 1 - told.get(0).sequence();
            return told.subList((int) Math.max(0, Math.min(from, told.size())), told.size());
        }
    }

    /**
     * What can be put on record.
     *
     * @param marks up to which number each reader's messages are in it
     */
    record Recordable(CoordinatorRecord.Coordinator content, List<Mark> marks) {}

    /** Messages up to a number, to the reader of a number, and events up to one from it. */
    record Mark(int subtask, long number, long upTo, long heardEvent) {}

    /**
     * @param group of sources that it waits for, and that wait for it; null if there is none
     * @param changed called when there is something to put on record or to send
     */
    SourceCoordinator(
            JobVertex.Coordinator spec,
            int vertex,
            CoordinatorPorts ports,
            WatermarkGroup group,
            Runnable changed) {
        this.spec = spec;
        this.vertex = vertex;
        this.ports = ports;
        this.changed = changed;
        this.aligned = group == null ? null : group.join(spec.alignment(), this::alignTo);
    }

    String uid() {
        return spec.uid();
    }

    int vertex() {
        return vertex;
    }

    // ------------------------------------------------------------------ begin and end

    /**
     * All readers begin, from a checkpoint or with nothing.
     *
     * @param restored its part of the checkpoint, or null
     * @param checkpoint the newest complete one of this very job, 0 if there is none
     */
    void start(CoordinatorState restored, long checkpoint, List<AttemptId> attempts) {
        stop();
        after = checkpoint;
        complete = checkpoint;
        open(attempts.size());
        for (AttemptId attempt : attempts) {
            readers.put(attempt.subtask(), new Reader(attempt, ++numbers));
        }
        alignAnew(attempts);
        begin(restored);
    }

    /** Whether an entry of the record is about one of these attempts at least. */
    static boolean knowsOne(CoordinatorRecord.Coordinator recorded, List<AttemptId> attempts) {
        return recorded.readers().stream().anyMatch(r -> attempts.contains(r.attempt()));
    }

    /**
     * Goes on where another master has stopped, with readers that run.
     *
     * @param recorded what that master had put on record last
     * @param checkpoint the newest complete one
     */
    void adopt(CoordinatorRecord.Coordinator recorded, long checkpoint, List<AttemptId> attempts) {
        stop();
        after = checkpoint;
        complete = checkpoint;
        open(attempts.size());
        for (AttemptId attempt : attempts) {
            readers.put(attempt.subtask(), new Reader(attempt, ++numbers));
        }
        alignAnew(attempts);
        List<CoordinatorState.Splits> lost = new ArrayList<>(recorded.state().returned());
        for (CoordinatorRecord.Reader former : recorded.readers()) {
            Reader reader = readers.get(former.attempt().subtask());
            boolean same = reader != null && reader.attempt.equals(former.attempt());
            if (same) {
                reader.next = former.next();
                reader.recorded = former.next() - 1;
                reader.heard = former.heard();
                reader.noMore = former.noMore();
            }
            for (CoordinatorRecord.Told told : former.told()) {
                if (told.after() < checkpoint) {
                    continue; // it is in the checkpoint, with the reader
                }
                after = Math.max(after, told.after());
                if (same) {
                    reader.told.add(told);
                } else {
                    splitsOf(former.attempt().subtask(), told, lost);
                }
            }
        }
        begin(
                new CoordinatorState(
                        uid(), recorded.state().version(), recorded.state().enumerator(), lost));
    }

    private void open(int parallelism) {
        host =
                new EnumeratorHost(
                        spec, parallelism, ports.threads(), ports.loop(), new HostOutput());
    }

    private void begin(CoordinatorState restored) {
        host.start(restored);
        if (restored != null) {
            // the enumerator gets them with its start, which is its first command
            restored.returned().forEach(splits -> returned.add(new Returned(1, splits)));
        }
    }

    private void alignAnew(List<AttemptId> attempts) {
        if (aligned != null) {
            aligned.begin(attempts);
        }
    }

    void stop() {
        if (host != null) {
            host.close();
            host = null;
            if (aligned != null) {
                aligned.stop();
            }
        }
        readers.clear();
        returned.clear();
        holdsBack = false;
        dirty = false;
    }

    private void giveBack(CoordinatorState.Splits splits) {
        returned.add(new Returned(host.addSplitsBack(splits), splits));
        dirty = true;
    }

    private static void splitsOf(
            int subtask, CoordinatorRecord.Told told, List<CoordinatorState.Splits> into) {
        try {
            if (SourceMessages.readToReader(told.message()) instanceof ToReader.AddSplits add) {
                into.add(new CoordinatorState.Splits(subtask, add.version(), add.splits()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("What this build has written cannot be read", e);
        }
    }

    private static boolean answers(CoordinatorRecord.Told told, long request) {
        try {
            ToReader message = SourceMessages.readToReader(told.message());
            return message instanceof ToReader.NoMoreSplits
                    || message instanceof ToReader.AddSplits add && add.answers() >= request;
        } catch (IOException e) {
            throw new UncheckedIOException("What this build has written cannot be read", e);
        }
    }

    /** A reader has finished: nobody waits for it any more. */
    void ended(AttemptId attempt) {
        Reader reader = find(attempt);
        if (reader != null) {
            reader.ended = true;
            if (aligned != null) {
                aligned.ended(attempt);
            }
            changed.run();
        }
    }

    /** The connection to these readers is new, or gone: they will register. */
    void unregister(Predicate<AttemptId> which) {
        for (Reader reader : readers.values()) {
            if (which.test(reader.attempt)) {
                reader.registered = false;
            }
        }
    }

    private Reader find(AttemptId attempt) {
        Reader reader = readers.get(attempt.subtask());
        return reader != null && reader.attempt.equals(attempt) ? reader : null;
    }

    // ------------------------------------------------------------------ readers

    /**
     * A reader has told something.
     *
     * @param link number of the connection that it came on
     * @param worker the host that it runs on
     */
    void received(AttemptId attempt, int link, String worker, byte[] bytes) {
        Reader reader = find(attempt);
        if (reader == null || host == null) {
            LOG.debug("{} is no reader of '{}' any more", attempt, spec.name());
            return;
        }
        ToCoordinator message;
        try {
            message = SourceMessages.readToCoordinator(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("A message of reader " + attempt + " is none", e);
        }
        if (message instanceof ToCoordinator.Register register) {
            if (register.link() == link) {
                registered(reader, worker, register);
            }
        } else if (!reader.registered) {
            // it comes again with the registration
            LOG.debug("{} has not registered on connection {} yet", attempt, link);
        } else if (message instanceof ToCoordinator.ReportWatermark report) {
            if (aligned != null) {
                aligned.reported(attempt, report.watermarkMillis());
            }
            return; // there is nothing to put on record
        } else if (message instanceof ToCoordinator.RequestSplit request) {
            reader.received = Math.max(reader.received, request.received());
            requested(reader, request.sequence());
        } else if (message instanceof ToCoordinator.Event event) {
            event(reader, event);
        }
        changed.run();
    }

    private void registered(Reader reader, String worker, ToCoordinator.Register register) {
        int subtask = reader.attempt.subtask();
        boolean first = !reader.added;
        reader.registered = true;
        reader.received = Math.max(reader.received, register.received());
        // whatever else was sent was lost with an earlier connection
        reader.sent = reader.received;
        if (first) {
            reader.added = true;
            host.addReader(subtask, reader.number, worker, reader.noMore);
        }
        if (!register.events().isEmpty()) {
            register.events().forEach(event -> event(reader, event));
            // that they are on record was lost with an earlier connection, or with a master
            reader.heardEvent = reader.heard;
            reader.acknowledged = 0;
            dirty = true;
        }
        long request = register.request();
        if (first && request > 0) {
            reader.heard = Math.max(reader.heard, request);
            // An enumerator that has just begun does not know who waits. But what the last master
            // had put on record, and is sent now, may be the answer.
            if (reader.toldAfter(reader.received).stream().noneMatch(t -> answers(t, request))) {
                host.requestSplit(subtask, reader.number, request);
            }
        } else if (request > 0) {
            requested(reader, request);
        }
    }

    private void requested(Reader reader, long sequence) {
        if (sequence > reader.heard) {
            reader.heard = sequence;
            host.requestSplit(reader.attempt.subtask(), reader.number, sequence);
        }
    }

    private void event(Reader reader, ToCoordinator.Event event) {
        if (event.sequence() > reader.heard) {
            reader.heard = event.sequence();
            reader.heardEvent = event.sequence();
            dirty = true;
            host.event(reader.attempt.subtask(), event.event());
        }
    }

    // ------------------------------------------------------------------ the enumerator

    /** What the enumerator does. */
    private final class HostOutput implements EnumeratorHost.Output {
        @Override
        public void splits(
                int subtask, long number, long answers, int version, List<byte[]> splits) {
            Reader reader = readers.get(subtask);
            if (reader == null || reader.number != number || reader.ended) {
                giveBack(new CoordinatorState.Splits(subtask, version, splits));
            } else {
                tell(
                        reader,
                        SourceMessages.write(
                                new ToReader.AddSplits(reader.next, answers, version, splits)));
            }
            changed.run();
        }

        @Override
        public void noMoreSplits(int subtask, long number) {
            Reader reader = readers.get(subtask);
            if (reader != null && reader.number == number) {
                reader.noMore = true;
                tell(reader, SourceMessages.write(new ToReader.NoMoreSplits(reader.next)));
                changed.run();
            }
        }

        @Override
        public void event(int subtask, long number, byte[] event) {
            Reader reader = readers.get(subtask);
            if (reader != null && reader.number == number) {
                tell(reader, SourceMessages.write(new ToReader.Event(reader.next, event)));
                changed.run();
            }
        }

        @Override
        public void failed(Throwable cause) {
            ports.listener()
                    .failed(
                            Failure.of(
                                    cause instanceof InvalidProgramException
                                            ? Category.CONFIG
                                            : Category.USER_CODE,
                                    "The enumerator of '" + spec.name() + "'",
                                    cause));
        }
    }

    private void tell(Reader reader, byte[] message) {
        reader.told.add(new CoordinatorRecord.Told(reader.next, after, message));
        reader.next++;
        dirty = true;
    }

    /** Lets all readers that can be reached go so far. */
    private void alignTo(long maxWatermarkMillis) {
        byte[] message = SourceMessages.write(new ToReader.AlignTo(maxWatermarkMillis));
        for (Reader reader : readers.values()) {
            if (reader.registered && !reader.ended) {
                ports.readers().send(reader.attempt, uid(), message);
            }
        }
    }

    /** Sends what may be sent. */
    void flush() {
        for (Reader reader : readers.values()) {
            if (!reader.registered || reader.ended) {
                continue;
            }
            for (CoordinatorRecord.Told told : reader.toldAfter(reader.sent)) {
                if (told.sequence() > reader.recorded || holdsBack && told.after() >= after) {
                    break;
                }
                reader.sent = told.sequence();
                ports.readers().send(reader.attempt, uid(), told.message());
            }
        }
    }

    int kept() {
        return readers.values().stream().mapToInt(reader -> reader.told.size()).sum();
    }

    // ------------------------------------------------------------------ the record

    boolean isDirty() {
        return dirty;
    }

    /** Whether it was started, and not stopped since. */
    boolean isRunning() {
        return host != null;
    }

    /** Has what it has put on record anew. */
    void changed() {
        dirty = host != null;
    }

    /** Takes the enumerator's state, with all that it has told so far. */
    void takeForRecord(boolean checkpointed, Consumer<Recordable> then) {
        dirty = false;
        Map<Long, Long> heard = new TreeMap<>();
        Map<Long, Long> heardEvents = new TreeMap<>();
        for (Reader reader : readers.values()) {
            heard.put(reader.number, reader.heard);
            heardEvents.put(reader.number, reader.heardEvent);
        }
        host.snapshot(
                -1,
                snapshot -> {
                    CoordinatorState state = stateOf(snapshot);
                    List<CoordinatorRecord.Reader> content = new ArrayList<>();
                    List<Mark> marks = new ArrayList<>();
                    for (Reader reader : readers.values()) {
                        if (!checkpointed) {
                            // all begin with nothing if the reader fails, and no checkpoint comes
                            // that would let it be forgotten
                            reader.told.removeIf(told -> told.sequence() <= reader.received);
                        }
                        content.add(
                                new CoordinatorRecord.Reader(
                                        reader.attempt,
                                        reader.next,
                                        heard.getOrDefault(reader.number, 0L),
                                        reader.noMore,
                                        reader.told));
                        marks.add(
                                new Mark(
                                        reader.attempt.subtask(),
                                        reader.number,
                                        reader.next - 1,
                                        heardEvents.getOrDefault(reader.number, 0L)));
                    }
                    then.accept(
                            new Recordable(
                                    new CoordinatorRecord.Coordinator(state, content), marks));
                });
    }

    private CoordinatorState stateOf(EnumeratorHost.Snapshot snapshot) {
        Iterator<Returned> each = returned.iterator();
        while (each.hasNext()) {
            if (each.next().command() <= snapshot.commands()) {
                each.remove();
            }
        }
        return new CoordinatorState(
                uid(),
                snapshot.version(),
                snapshot.state(),
                returned.stream().map(Returned::splits).toList());
    }

    /** It is on record. */
    void recorded(List<Mark> marks) {
        for (Mark mark : marks) {
            Reader reader = readers.get(mark.subtask());
            if (reader == null || reader.number != mark.number()) {
                continue;
            }
            reader.recorded = Math.max(reader.recorded, mark.upTo());
            if (mark.heardEvent() > reader.acknowledged && reader.registered) {
                reader.acknowledged = mark.heardEvent();
                ports.readers()
                        .send(
                                reader.attempt,
                                uid(),
                                SourceMessages.write(new ToReader.Heard(reader.acknowledged)));
            }
        }
    }

    // ------------------------------------------------------------------ checkpoints

    /**
     * Takes the enumerator's state for a checkpoint; from then on holds back what is told later.
     */
    void takeForCheckpoint(long id, Consumer<CoordinatorState> then) {
        host.snapshot(
                id,
                snapshot -> {
                    after = id;
                    holdsBack = true;
                    then.accept(stateOf(snapshot));
                });
    }

    /** Whether readers have, or are about to get, all that was told before the state was taken. */
    boolean isReadyForBarriers() {
        for (Reader reader : readers.values()) {
            if (reader.ended) {
                continue;
            }
            if (!reader.registered) {
                return false;
            }
            for (CoordinatorRecord.Told told : reader.toldAfter(reader.sent)) {
                if (told.after() < after) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The barriers are on their way, or will never be. */
    void goOn() {
        holdsBack = false;
    }

    void checkpointComplete(long id) {
        complete = Math.max(complete, id);
        for (Reader reader : readers.values()) {
            reader.told.removeIf(told -> told.after() < id && told.sequence() <= reader.sent);
        }
        if (host != null) {
            host.checkpointComplete(id);
        }
    }
}
