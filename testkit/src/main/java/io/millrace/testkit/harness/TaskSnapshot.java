package io.millrace.testkit.harness;

import io.millrace.runtime.checkpoint.CheckpointFolder;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.FileCheckpointStorage;
import io.millrace.runtime.checkpoint.OperatorState;
import io.millrace.runtime.checkpoint.RestoredState;
import io.millrace.runtime.checkpoint.SnapshotStorage;
import io.millrace.runtime.checkpoint.SnapshotStorage.Stored;
import io.millrace.runtime.checkpoint.StateAssignment;
import io.millrace.runtime.checkpoint.SubtaskSnapshot;
import io.millrace.runtime.checkpoint.SubtaskState;
import io.millrace.runtime.checkpoint.WorkerFile;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.testkit.simulation.SimulatedFileSystem;
import io.millrace.testkit.simulation.SimulatedFileSystemProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What one subtask, or all subtasks of an operator, had at a barrier: the bytes that a checkpoint
 * would have, in memory. A task may be started from it any number of times.
 *
 * <p>Threads: immutable.
 */
public final class TaskSnapshot {
    private static final int EPOCH = 1;
    private static final AtomicLong FOLDERS = new AtomicLong();

    private final long checkpointId;
    private final JobVertex vertex;
    private final Map<Integer, Part> subtasks;

    /**
     * One subtask.
     *
     * @param file null if it had no state
     * @param bytes of the file
     */
    private record Part(
            boolean ended, List<OperatorState> operators, WorkerFile file, byte[] bytes) {}

    private TaskSnapshot(long checkpointId, JobVertex vertex, Map<Integer, Part> subtasks) {
        this.checkpointId = checkpointId;
        this.vertex = vertex;
        this.subtasks = subtasks;
    }

    /**
     * The snapshots of all subtasks in one, so that a task with another parallelism can be started
     * from it.
     *
     * @throws IllegalArgumentException if they are of different checkpoints or different
     *     parallelism, or two are of one subtask
     */
    public static TaskSnapshot of(List<TaskSnapshot> snapshots) {
        TaskSnapshot first = snapshots.get(0);
        Map<Integer, Part> all = new TreeMap<>();
        for (TaskSnapshot snapshot : snapshots) {
            if (snapshot.checkpointId != first.checkpointId
                    || snapshot.vertex.parallelism() != first.vertex.parallelism()) {
                throw new IllegalArgumentException(
                        snapshot + " and " + first + " do not belong together");
            }
            snapshot.subtasks.forEach(
                    (subtask, part) -> {
                        if (all.put(subtask, part) != null) {
                            throw new IllegalArgumentException("Twice: " + snapshot);
                        }
                    });
        }
        return new TaskSnapshot(first.checkpointId, first.vertex, all);
    }

    public long checkpointId() {
        return checkpointId;
    }

    /** How many bytes it would have in a checkpoint. */
    public long bytes() {
        return subtasks.values().stream().mapToLong(part -> part.bytes().length).sum();
    }

    // ------------------------------------------------------------------ to and from files

    /** Writes a subtask's snapshot as a worker does. */
    static TaskSnapshot write(long checkpointId, JobVertex vertex, SubtaskSnapshot snapshot) {
        int subtask = snapshot.attempt().subtask();
        return inFolder(
                folder -> {
                    AtomicReference<Stored> stored = new AtomicReference<>();
                    new FileCheckpointStorage(Runnable::run)
                            .write(
                                    new SnapshotStorage.WorkerSnapshot(
                                            folder.asCheckpoints(),
                                            checkpointId,
                                            EPOCH,
                                            "subtask-" + subtask,
                                            List.of(snapshot)),
                                    () -> true,
                                    stored::set);
                    if (!(stored.get() instanceof Stored.Done done)) {
                        throw new IllegalStateException(
                                "The snapshot of subtask " + subtask + " cannot be written: ",
                                ((Stored.Failed) stored.get()).cause());
                    }
                    SubtaskState state = done.subtasks().get(0);
                    if (state.inFlightBytes() > 0) {
                        throw new IllegalStateException(
                                "A barrier has overtaken records; a task under test starts from"
                                        + " aligned checkpoints alone");
                    }
                    byte[] bytes = done.file() == null ? new byte[0] : folder.read(done.file());
                    return new TaskSnapshot(
                            checkpointId,
                            vertex,
                            Map.of(
                                    subtask,
                                    new Part(
                                            state.ended(), state.operators(), done.file(), bytes)));
                });
    }

    /** What is done with the state that a subtask begins with. */
    interface Start {
        void start(RestoredState restored);
    }

    /**
     * Deals the state out and hands a subtask its share, whose files are there during the call.
     *
     * @param now the vertex that is to begin
     */
    void restore(JobVertex now, int subtask, Start start) {
        if (now.maxParallelism() != vertex.maxParallelism()) {
            throw new IllegalArgumentException(
                    this
                            + " has "
                            + vertex.maxParallelism()
                            + " key groups, the task has "
                            + now.maxParallelism()
                            + ": let both have the same maximum parallelism");
        }
        boolean same = now.parallelism() == vertex.parallelism();
        if (same ? !subtasks.containsKey(subtask) : subtasks.size() != vertex.parallelism()) {
            throw new IllegalArgumentException(
                    this
                            + " does not have all that subtask "
                            + subtask
                            + " of "
                            + now.parallelism()
                            + " begins with: put the snapshots of all subtasks together with"
                            + " TaskSnapshot.of(...)");
        }
        inFolder(
                folder -> {
                    List<WorkerFile> files = new ArrayList<>();
                    List<CheckpointMetadata.Subtask> parts = new ArrayList<>();
                    for (int s = 0; s < vertex.parallelism(); s++) {
                        Part part = subtasks.get(s);
                        if (part == null || part.file() == null) {
                            parts.add(
                                    new CheckpointMetadata.Subtask(
                                            part != null && part.ended(),
                                            Integer.MAX_VALUE,
                                            part == null ? List.of() : part.operators()));
                            continue;
                        }
                        folder.write(part.file(), part.bytes());
                        parts.add(
                                new CheckpointMetadata.Subtask(
                                        part.ended(), files.size(), part.operators()));
                        files.add(part.file());
                    }
                    CheckpointMetadata metadata =
                            new CheckpointMetadata(
                                    checkpointId,
                                    EPOCH,
                                    "harness",
                                    "harness",
                                    0,
                                    files,
                                    List.of(
                                            new CheckpointMetadata.Vertex(
                                                    vertex.id(),
                                                    vertex.name(),
                                                    vertex.parallelism(),
                                                    vertex.maxParallelism(),
                                                    parts,
                                                    vertex.operators().stream()
                                                            .map(
                                                                    operator ->
                                                                            new CheckpointMetadata
                                                                                    .Operator(
                                                                                    operator.uid(),
                                                                                    operator
                                                                                            .name()))
                                                            .toList())));
                    start.start(
                            new StateAssignment(metadata, folder.asCheckpoints()).of(now, subtask));
                    return null;
                });
    }

    /** A folder in memory. */
    private record Folder(SimulatedFileSystem files, String path) {
        CheckpointFolder asCheckpoints() {
            return new CheckpointFolder(path);
        }

        byte[] read(WorkerFile file) throws IOException {
            try (InputStream in = files.open(uri(file), 0)) {
                return in.readAllBytes();
            }
        }

        void write(WorkerFile file, byte[] bytes) throws IOException {
            try (OutputStream out = files.create(uri(file), false)) {
                out.write(bytes);
            }
        }

        private URI uri(WorkerFile file) {
            return URI.create(path + "/" + file.name());
        }
    }

    private interface InFolder<T> {
        T call(Folder folder) throws IOException;
    }

    private static <T> T inFolder(InFolder<T> call) {
        String authority = "snapshot-" + FOLDERS.incrementAndGet();
        SimulatedFileSystem files = new SimulatedFileSystem(() -> {});
        SimulatedFileSystemProvider.put(authority, files);
        try {
            return call.call(
                    new Folder(
                            files, SimulatedFileSystemProvider.SCHEME + "://" + authority + "/s"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            SimulatedFileSystemProvider.remove(authority);
        }
    }

    @Override
    public String toString() {
        return "Snapshot "
                + checkpointId
                + " of '"
                + vertex.name()
                + "', subtasks "
                + subtasks.keySet()
                + " of "
                + vertex.parallelism();
    }
}
