package io.millrace.runtime.operator;

import io.millrace.api.sink.Sink;
import io.millrace.runtime.checkpoint.ListPart;
import io.millrace.runtime.checkpoint.RestoredOperator;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.SnapshotPart;
import io.millrace.runtime.checkpoint.StatePart;
import io.millrace.runtime.checkpoint.StateReader;
import io.millrace.runtime.checkpoint.WorkerFile;
import io.millrace.runtime.generate.JobClasses;
import io.millrace.runtime.metrics.SubtaskValues;
import io.millrace.runtime.schedule.AttemptId;
import io.millrace.runtime.schedule.Generation;
import io.millrace.runtime.task.TaskDeployment;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * All subtasks of a sink, driven by a test: records, checkpoints, a clock by hand; they may die at
 * any moment and begin again from a checkpoint, with any parallelism.
 */
final class SinkSubtasks {
    private static final String UID = "the-sink";

    private final Path folder;
    private final Sink<Object> sink;
    private final SinkWriterOperator.End end;
    private final int maxRetries;
    private final List<SinkWriterOperator> operators = new ArrayList<>();
    private final ManualClock time = new ManualClock();
    private int starts;
    private int files;

    /** What all subtasks had in one checkpoint: elements by the name of their list. */
    record Snapshot(long id, List<Map<String, List<byte[]>>> subtasks) {}

    private static final class ManualClock implements ProcessingTime {
        private long nowMillis;
        private long wakeAtMillis = Long.MAX_VALUE;

        @Override
        public long nowMillis() {
            return nowMillis;
        }

        @Override
        public void wakeAt(long millis) {
            wakeAtMillis = Math.min(wakeAtMillis, millis);
        }
    }

    /**
     * @param folder for the files of checkpoints
     */
    SinkSubtasks(Path folder, Sink<Object> sink, SinkWriterOperator.End end, int maxRetries) {
        this.folder = folder;
        this.sink = sink;
        this.end = end;
        this.maxRetries = maxRetries;
    }

    int parallelism() {
        return operators.size();
    }

    SinkWriterOperator operator(int subtask) {
        return operators.get(subtask);
    }

    /** Starts all subtasks; those that ran are gone without a word. */
    void start(int parallelism, Snapshot from) throws Exception {
        operators.clear();
        starts++;
        time.wakeAtMillis = Long.MAX_VALUE;
        for (int subtask = 0; subtask < parallelism; subtask++) {
            SinkWriterOperator operator =
                    new SinkWriterOperator(
                            "sink",
                            sink,
                            new SubtaskRuntimeContext(
                                    "sink", context(subtask, parallelism), new NoKeyedState("")),
                            UID,
                            "1." + starts,
                            time,
                            end,
                            maxRetries);
            RestoredState state =
                    from == null ? RestoredState.NONE : restored(from, subtask, parallelism);
            if (from == null) {
                operator.restore(new RestoredOperator(state, UID, null));
            } else {
                try (StateReader reader = new StateReader(state)) {
                    operator.restore(new RestoredOperator(state, UID, reader));
                }
            }
            operators.add(operator);
        }
        for (SinkWriterOperator operator : operators) {
            operator.open();
        }
    }

    private SubtaskContext context(int subtask, int parallelism) {
        TaskDeployment deployment =
                new TaskDeployment(
                        new AttemptId("ab".repeat(16), 0, subtask, 1, starts),
                        new Generation(1, starts),
                        starts - 1,
                        "job",
                        "sink",
                        parallelism,
                        128,
                        new byte[0],
                        List.of(),
                        List.of(),
                        List.of(),
                        "run",
                        Map.of());
        return new SubtaskContext(
                deployment,
                new JobClasses(getClass().getClassLoader()),
                () -> {},
                new SubtaskValues(1 << 20, "some.limit"),
                time,
                (uid, event) -> {});
    }

    /** Deals the elements of each list out in order, as the engine does. */
    private RestoredState restored(Snapshot from, int subtask, int parallelism) throws IOException {
        Map<String, List<byte[]>> all = new TreeMap<>();
        for (int s = 0; s < from.subtasks().size(); s++) {
            if (from.subtasks().size() == parallelism && s != subtask) {
                continue;
            }
            from.subtasks()
                    .get(s)
                    .forEach(
                            (name, elements) ->
                                    all.computeIfAbsent(name, n -> new ArrayList<>())
                                            .addAll(elements));
        }
        List<RestoredState.Slice> slices = new ArrayList<>();
        for (Map.Entry<String, List<byte[]>> list : all.entrySet()) {
            int total = list.getValue().size();
            boolean own = from.subtasks().size() == parallelism;
            int first = own ? 0 : total * subtask / parallelism;
            int end = own ? total : total * (subtask + 1) / parallelism;
            slices.add(slice(list.getKey(), list.getValue(), first, end));
        }
        return new RestoredState(
                from.id(),
                folder.toUri().toString(),
                false,
                List.of(new RestoredState.Operator(UID, slices)));
    }

    private RestoredState.Slice slice(String name, List<byte[]> elements, int from, int to)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (byte[] element : elements) {
            out.writeInt(element.length);
            out.write(element);
        }
        String file = "list-" + files++;
        Files.write(folder.resolve(file), bytes.toByteArray());
        CRC32C crc = new CRC32C();
        crc.update(bytes.toByteArray());
        return new RestoredState.Slice(
                new WorkerFile(file, bytes.size(), (int) crc.getValue()),
                new StatePart(
                        StatePart.Kind.SPLIT_LIST,
                        name,
                        "any",
                        elements.size(),
                        0,
                        0,
                        0,
                        bytes.size(),
                        (int) crc.getValue()),
                from,
                to);
    }

    Snapshot checkpoint(long id) throws Exception {
        List<Map<String, List<byte[]>>> subtasks = new ArrayList<>();
        for (SinkWriterOperator operator : operators) {
            operator.prepareSnapshot(id);
            Map<String, List<byte[]>> lists = new TreeMap<>();
            for (SnapshotPart part : operator.snapshot(id)) {
                ListPart list = (ListPart) part;
                lists.put(list.name(), list.elements());
            }
            subtasks.add(lists);
        }
        return new Snapshot(id, subtasks);
    }

    void complete(long id) {
        operators.forEach(operator -> operator.checkpointComplete(id));
    }

    /** The clock goes on, and rings as often as it was asked to on the way. */
    void advance(long millis) {
        long until = time.nowMillis + millis;
        while (time.wakeAtMillis <= until) {
            time.nowMillis = Math.max(time.nowMillis, time.wakeAtMillis);
            time.wakeAtMillis = Long.MAX_VALUE;
            operators.forEach(operator -> operator.processingTime(time.nowMillis));
        }
        time.nowMillis = until;
    }

    /** Ends the input of all. */
    void finish() {
        operators.forEach(operator -> operator.finish(100));
    }

    /** Whether all have committed what is complete. */
    boolean settle() {
        boolean settled = true;
        for (SinkWriterOperator operator : operators) {
            settled &= operator.settle();
        }
        return settled;
    }

    void close() throws Exception {
        for (SinkWriterOperator operator : operators) {
            operator.close();
        }
        operators.clear();
    }
}
