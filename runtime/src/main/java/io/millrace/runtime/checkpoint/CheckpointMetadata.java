package io.millrace.runtime.checkpoint;

import java.util.List;

/**
 * All that is to be known about a complete checkpoint.
 *
 * @param id never used twice in the life of the job
 * @param epoch of the master that completed it
 * @param wallMillis when it was triggered
 * @param files one for each worker that had state
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
            List<Vertex> vertices) {
        this(id, epoch, jobId, jobName, wallMillis, files, vertices, List.of());
    }

    /**
     * The subtasks of one vertex.
     *
     * @param subtasks one for each of {@code parallelism}, in their order
     */
    public record Vertex(
            int vertex, String name, int parallelism, int maxParallelism, List<Subtask> subtasks) {
        public Vertex {
            subtasks = List.copyOf(subtasks);
        }
    }

    /**
     * One subtask.
     *
     * @param finished whether it had finished before the checkpoint began; it then has no state
     * @param file number of its file in {@link CheckpointMetadata#files}; 0 if it has no state
     */
    public record Subtask(boolean finished, int file, List<OperatorState> operators) {
        public Subtask {
            operators = List.copyOf(operators);
        }
    }

    /** Bytes of all its files. */
    public long bytes() {
        return files.stream().mapToLong(WorkerFile::length).sum();
    }
}
