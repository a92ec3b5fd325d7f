package io.millrace.runtime.checkpoint;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that is to be known about a complete checkpoint.
 *
 * @param id never used twice in the life of the job
 * @param epoch of the master that completed it
 * @param wallMillis when it was triggered
 * @param files of this checkpoint alone, one for each worker that had anything to put there
 * @param kind of a savepoint its files are named relative to its own folder, of a checkpoint
 *     relative to the job's
 * @param coordinators of the job's sources
 */
public record CheckpointMetadata(
        long id,
        int epoch,
        String jobId,
        String jobName,
        long wallMillis,
        List<WorkerFile> files,
        List<Vertex> vertices,
        CheckpointKind kind,
        List<CoordinatorState> coordinators) {
    public CheckpointMetadata {
        files = List.copyOf(files);
        vertices = List.copyOf(vertices);
        coordinators = List.copyOf(coordinators);
    }

    /** Of a job without coordinators. */
    public CheckpointMetadata(
            long id,
            int epoch,
            String jobId,
            String jobName,
            long wallMillis,
            List<WorkerFile> files,
            List<Vertex> vertices,
            CheckpointKind kind) {
        this(id, epoch, jobId, jobName, wallMillis, files, vertices, kind, List.of());
    }

    /** Of a checkpoint that was not asked for. */
    public CheckpointMetadata(
            long id,
            int epoch,
            String jobId,
            String jobName,
            long wallMillis,
            List<WorkerFile> files,
            List<Vertex> vertices) {
        this(id, epoch, jobId, jobName, wallMillis, files, vertices, CheckpointKind.CHECKPOINT);
    }

    /**
     * The subtasks of one vertex.
     *
     * @param subtasks one for each of {@code parallelism}, in their order
     * @param operators all of its chain, also those without state
     */
    public record Vertex(
            int vertex,
            String name,
            int parallelism,
            int maxParallelism,
            List<Subtask> subtasks,
            List<Operator> operators) {
        public Vertex {
            subtasks = List.copyOf(subtasks);
            operators = List.copyOf(operators);
        }

        /** A vertex of which only the operators with state are known, and those not by name. */
        public Vertex(
                int vertex,
                String name,
                int parallelism,
                int maxParallelism,
                List<Subtask> subtasks) {
            this(vertex, name, parallelism, maxParallelism, subtasks, stateful(subtasks));
        }

        private static List<Operator> stateful(List<Subtask> subtasks) {
            Set<Operator> operators = new LinkedHashSet<>();
            for (Subtask subtask : subtasks) {
                subtask.operators().forEach(o -> operators.add(new Operator(o.uid(), o.uid())));
            }
            return List.copyOf(operators);
        }
    }

    /** An operator of a chain. */
    public record Operator(String uid, String name) {}

    /**
     * One subtask.
     *
     * @param finished whether it had emitted all before its barrier; what it still has belongs to
     *     what is to be done when the checkpoint is complete
     * @param file number of its file in {@link CheckpointMetadata#files}; without a meaning if all
     *     its state, if any, lies in shared files
     */
    public record Subtask(boolean finished, int file, List<OperatorState> operators) {
        public Subtask {
            operators = List.copyOf(operators);
        }
    }

    /** Where an operator ran, or null if the checkpoint does not know it. */
    public Vertex vertexOf(String uid) {
        for (Vertex vertex : vertices) {
            if (vertex.operators().stream().anyMatch(o -> o.uid().equals(uid))) {
                return vertex;
            }
        }
        return null;
    }

    /** The same with its files under other names. */
    CheckpointMetadata withFiles(List<WorkerFile> renamed) {
        return new CheckpointMetadata(
                id, epoch, jobId, jobName, wallMillis, renamed, vertices, kind);
    }

    /** Bytes of its own files and of what it consists of in shared ones. */
    public long bytes() {
        return files.stream().mapToLong(WorkerFile::length).sum()
                + pieces().mapToLong(StatePart.Piece::length).sum();
    }

    /** Its own files and the shared ones that it refers to, each once. */
    public Set<WorkerFile> allFiles() {
        Set<WorkerFile> all = new LinkedHashSet<>(files);
        pieces().map(StatePart.Piece::file).forEach(all::add);
        return all;
    }

    /** The own file that a subtask's states lie in; null if all it has lies in shared ones. */
    WorkerFile fileOf(Subtask subtask) {
        return subtask.file() < files.size() ? files.get(subtask.file()) : null;
    }

    /** Names of the shared files that it refers to. */
    public Set<String> sharedFiles() {
        return pieces().map(piece -> piece.file().name()).collect(Collectors.toSet());
    }

    private Stream<StatePart.Piece> pieces() {
        return vertices.stream()
                .flatMap(vertex -> vertex.subtasks().stream())
                .flatMap(subtask -> subtask.operators().stream())
                .flatMap(operator -> operator.parts().stream())
                .flatMap(part -> part.pieces().stream());
    }
}
