package io.millrace.runtime.coordinate;

import io.millrace.api.metric.MetricGroup;
import io.millrace.api.source.ReaderInfo;
import io.millrace.api.source.Source;
import io.millrace.api.source.SourceEvent;
import io.millrace.api.source.SourceSplit;
import io.millrace.api.source.SplitEnumerator;
import io.millrace.api.source.SplitEnumeratorContext;
import io.millrace.api.source.SplitsAssignment;
import io.millrace.api.type.SimpleVersionedSerializer;
import io.millrace.runtime.checkpoint.CoordinatorState;
import io.millrace.runtime.generate.UserObjectInputStream;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.metrics.SubtaskValues;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An enumerator of the user's on its own thread, as the master's loop sees it.
 *
 * <p>Invariant: commands are carried out in the order given; what the enumerator does arrives in
 * the loop in the order in which it did it, and a state that was asked for arrives behind all that
 * it reflects.
 *
 * <p>Threads: public methods by the loop; the user's code on the lane.
 *
 * <p>Errors: whatever the user's code throws is told once; nothing is carried out after it.
 */
final class EnumeratorHost {
    private static final Logger LOG = LoggerFactory.getLogger(EnumeratorHost.class);

    private final JobVertex.Coordinator spec;
    private final int parallelism;
    private final CoordinatorThreads threads;
    private final CoordinatorThreads.Lane lane;
    private final CoordinatorPorts.Loop loop;
    private final Output output;
    private boolean closed;
    private long commands;

    // the lane's
    private boolean failed;
    private long done;
    private ClassLoader userClassLoader;
    private SplitEnumerator<SourceSplit, Object> enumerator;
    private SimpleVersionedSerializer<SourceSplit> splitSerializer;
    private SimpleVersionedSerializer<Object> stateSerializer;
    private final Map<Integer, Reader> readers = new TreeMap<>();

    /** Whether the enumerator has ever given splits to a reader that had not asked. */
    private boolean givesUnasked;

    /** Takes what the enumerator does, in the master's loop. */
    interface Output {

        /**
         * @param reader number of the reader that the enumerator means
         * @param answers as in {@link ToReader.AddSplits}
         */
        void splits(int subtask, long reader, long answers, int version, List<byte[]> splits);

        void noMoreSplits(int subtask, long reader);

        void event(int subtask, long reader, byte[] event);

        void failed(Throwable cause);
    }

    /**
     * What an enumerator knew.
     *
     * @param commands how many had been carried out
     */
    record Snapshot(long commands, int version, byte[] state) {}

    /** A reader, as the enumerator's thread knows it. */
    private static final class Reader {
        private final long number;
        private final ReaderInfo info;
        private boolean ended;

        /** Number of the request that it was not given anything for, or 0. */
        private long request;

        /** Number of the request that the enumerator is hearing of right now, or 0. */
        private long heard;

        Reader(long number, ReaderInfo info, boolean ended) {
            this.number = number;
            this.info = info;
            this.ended = ended;
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    EnumeratorHost(
            JobVertex.Coordinator spec,
            int parallelism,
            CoordinatorThreads threads,
            CoordinatorPorts.Loop loop,
            Output output) {
        this.spec = spec;
        this.parallelism = parallelism;
        this.threads = threads;
        this.lane = threads.open(spec.name());
        this.loop = loop;
        this.output = output;
    }

    // ------------------------------------------------------------------ by the loop

    /**
     * Begins.
     *
     * @param restored what it goes on from, or null
     */
    void start(CoordinatorState restored) {
        command(
                () -> {
                    userClassLoader = threads.userClassLoader();
                    Thread.currentThread().setContextClassLoader(userClassLoader);
                    make(restored);
                    enumerator.start();
                    if (restored != null) {
                        for (CoordinatorState.Splits splits : restored.returned()) {
                            addBack(splits);
                        }
                    }
                });
    }

    /**
     * A reader is there.
     *
     * @param number tells it from others of the same subtask
     * @param ended whether it was told before that it gets no more
     */
    void addReader(int subtask, long number, String host, boolean ended) {
        command(
                () -> {
                    readers.put(subtask, new Reader(number, new ReaderInfo(subtask, host), ended));
                    enumerator.addReader(subtask);
                });
    }

    /** Number of the command, to be compared with {@link Snapshot#commands}. */
    long addSplitsBack(CoordinatorState.Splits splits) {
        return command(() -> addBack(splits));
    }

    /**
     * Without effect if the reader is gone meanwhile.
     *
     * @param request its number
     */
    void requestSplit(int subtask, long number, long request) {
        command(
                () -> {
                    Reader reader = readers.get(subtask);
                    if (reader != null && reader.number == number) {
                        reader.request = request;
                        reader.heard = request;
                        enumerator.handleSplitRequest(subtask, reader.info.location());
                        reader.heard = 0;
                    }
                });
    }

    void event(int subtask, byte[] event) {
        command(
                () ->
                        enumerator.handleSourceEvent(
                                subtask, (SourceEvent) read(event, userClassLoader)));
    }

    void checkpointComplete(long checkpointId) {
        command(() -> enumerator.notifyCheckpointComplete(checkpointId));
    }

    void snapshot(long checkpointId, Consumer<Snapshot> then) {
        command(
                () -> {
                    byte[] state =
                            stateSerializer.serialize(enumerator.snapshotState(checkpointId));
                    Snapshot snapshot = new Snapshot(done + 1, stateSerializer.getVersion(), state);
                    tell("snapshot", () -> then.accept(snapshot));
                });
    }

    /** Nothing is heard of it any more. */
    void close() {
        closed = true;
        lane.close(
                () -> {
                    if (enumerator != null) {
                        try {
                            enumerator.close();
                        } catch (Throwable t) {
                            LOG.warn("Closing the enumerator of '{}' failed", spec.name(), t);
                        }
                    }
                });
    }

    private long command(Step step) {
        lane.execute(
                () -> {
                    run(step);
                    done++;
                });
        return ++commands;
    }

    // ------------------------------------------------------------------ on the lane

    private void run(Step step) {
        if (failed) {
            return;
        }
        try {
            step.run();
        } catch (Throwable t) {
            failed = true;
            tell("failure", () -> output.failed(t));
        }
    }

    private void tell(String what, Runnable step) {
        loop.put(
                what + " of the enumerator of " + spec.name(),
                () -> {
                    if (!closed) {
                        step.run();
                    }
                });
    }

    @SuppressWarnings("unchecked") // whatever its types are, they fit each other
    private void make(CoordinatorState restored) throws Exception {
        Source<Object, SourceSplit, Object> source =
                (Source<Object, SourceSplit, Object>) read(spec.source(), userClassLoader);
        splitSerializer = source.getSplitSerializer();
        stateSerializer = source.getEnumeratorCheckpointSerializer();
        Context context = new Context();
        enumerator =
                restored == null
                        ? source.createEnumerator(context)
                        : source.restoreEnumerator(
                                context,
                                stateSerializer.deserialize(
                                        restored.version(), restored.enumerator()));
    }

    private void addBack(CoordinatorState.Splits back) throws IOException {
        List<SourceSplit> splits = new ArrayList<>();
        for (byte[] split : back.splits()) {
            splits.add(splitSerializer.deserialize(back.version(), split));
        }
        enumerator.addSplitsBack(splits, back.subtask());
    }

    private static Object read(byte[] bytes, ClassLoader loader)
            throws IOException, ClassNotFoundException {
        try (ObjectInputStream in =
                new UserObjectInputStream(new ByteArrayInputStream(bytes), loader)) {
            return in.readObject();
        }
    }

    private static byte[] write(SourceEvent event) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(event);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The event " + event.getClass().getName() + " cannot be written", e);
        }
        return bytes.toByteArray();
    }

    /** What the enumerator may do. */
    private final class Context implements SplitEnumeratorContext<SourceSplit> {
        /** Counted, but shown nowhere: what the master measures of the user's has no place yet. */
        private final MetricGroup metrics = new SubtaskValues(0, "nothing").group(spec.name());

        @Override
        public MetricGroup metricGroup() {
            return metrics;
        }

        @Override
        public int currentParallelism() {
            return parallelism;
        }

        @Override
        public Map<Integer, ReaderInfo> registeredReaders() {
            Map<Integer, ReaderInfo> infos = new TreeMap<>();
            readers.forEach((subtask, reader) -> infos.put(subtask, reader.info));
            return infos;
        }

        private Reader reader(int subtask, String what) {
            Reader reader = readers.get(subtask);
            if (reader == null) {
                throw new IllegalArgumentException(
                        what
                                + " for subtask "
                                + subtask
                                + " of '"
                                + spec.name()
                                + "', which is not registered; those that are: "
                                + readers.keySet());
            }
            return reader;
        }

        @Override
        public void assignSplits(SplitsAssignment<SourceSplit> assignment) {
            Map<Integer, List<byte[]>> written = new LinkedHashMap<>();
            assignment
                    .assignment()
                    .forEach(
                            (subtask, splits) -> {
                                if (reader(subtask, "Splits").ended) {
                                    throw new IllegalStateException(
                                            "Splits for subtask "
                                                    + subtask
                                                    + " of '"
                                                    + spec.name()
                                                    + "', which was told that it gets no more");
                                }
                                written.put(subtask, write(splits));
                            });
            written.forEach(
                    (subtask, splits) -> {
                        Reader reader = readers.get(subtask);
                        int version = splitSerializer.getVersion();
                        if (!splits.isEmpty()) {
                            long answers = answeredBySplits(reader);
                            tell(
                                    "splits",
                                    () ->
                                            output.splits(
                                                    subtask,
                                                    reader.number,
                                                    answers,
                                                    version,
                                                    splits));
                        }
                    });
        }

        /**
         * Splits that are given while the enumerator hears of a request answer it. Those that are
         * given to a reader later, on which the enumerator has kept waiting, do so, too; but if it
         * gives splits unasked as well, nobody can tell what these are, and the request stands: a
         * reader that is given too much is well, one that waits for ever is not.
         */
        private long answeredBySplits(Reader reader) {
            long answers = reader.heard > 0 || !givesUnasked ? reader.request : 0;
            if (answers > 0) {
                reader.request = 0;
            } else if (reader.heard == 0 && reader.request == 0) {
                givesUnasked = true;
            }
            return answers;
        }

        private List<byte[]> write(List<SourceSplit> splits) {
            List<byte[]> written = new ArrayList<>();
            for (SourceSplit split : splits) {
                try {
                    written.add(splitSerializer.serialize(split));
                } catch (IOException e) {
                    throw new UncheckedIOException(
                            "Split " + split.splitId() + " cannot be written", e);
                }
            }
            return written;
        }

        @Override
        public void signalNoMoreSplits(int subtask) {
            Reader reader = reader(subtask, "The end of splits");
            if (!reader.ended) {
                reader.ended = true;
                tell("end of splits", () -> output.noMoreSplits(subtask, reader.number));
            }
        }

        @Override
        public void sendEventToSourceReader(int subtask, SourceEvent event) {
            Reader reader = reader(subtask, "An event");
            byte[] written = EnumeratorHost.write(event);
            tell("event", () -> output.event(subtask, reader.number, written));
        }

        @Override
        public void runInCoordinatorThread(Runnable runnable) {
            lane.execute(() -> EnumeratorHost.this.run(runnable::run));
        }

        @Override
        public <T> void callAsync(Callable<T> callable, BiConsumer<T, Throwable> handler) {
            lane.call(() -> call(callable, handler));
        }

        private <T> void call(Callable<T> callable, BiConsumer<T, Throwable> handler) {
            Thread.currentThread().setContextClassLoader(userClassLoader);
            T result = null;
            Throwable thrown = null;
            try {
                result = callable.call();
            } catch (Throwable t) {
                thrown = t;
            }
            T got = result;
            Throwable error = thrown;
            lane.execute(() -> EnumeratorHost.this.run(() -> handler.accept(got, error)));
        }

        @Override
        public <T> void callAsync(
                Callable<T> callable,
                BiConsumer<T, Throwable> handler,
                long initialDelayMillis,
                long periodMillis) {
            Repeated<T> repeated = new Repeated<>(callable, handler, periodMillis);
            tell("repeated call", () -> repeated.scheduleAfter(initialDelayMillis));
        }

        /** A call that is made again and again; owned by the loop. */
        private final class Repeated<T> {
            private final Callable<T> callable;
            private final BiConsumer<T, Throwable> handler;
            private final long periodMillis;
            private boolean running;

            Repeated(Callable<T> callable, BiConsumer<T, Throwable> handler, long periodMillis) {
                this.callable = callable;
                this.handler = handler;
                this.periodMillis = periodMillis;
            }

            void scheduleAfter(long millis) {
                loop.after(Duration.ofMillis(millis), "call of " + spec.name(), this::due);
            }

            private void due() {
                if (closed) {
                    return;
                }
                scheduleAfter(periodMillis);
                if (running) {
                    return;
                }
                running = true;
                lane.call(
                        () -> {
                            call(callable, handler);
                            tell("end of a repeated call", () -> running = false);
                        });
            }
        }
    }
}
