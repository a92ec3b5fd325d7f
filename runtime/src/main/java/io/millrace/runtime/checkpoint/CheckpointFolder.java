package io.millrace.runtime.checkpoint;

import io.millrace.api.fs.FileSystem;
import io.millrace.runtime.file.FileSystems;
import java.io.IOException;
import java.net.URI;

/**
 * Where the checkpoints of a job lie, or one savepoint.
 *
 * <p>Format:
 *
 * <pre>
 *   (execution.checkpointing.dir)/(job id)/     the job's folder
 *     chk-(id)/                                 one checkpoint
 *       worker-(worker id)                      see {@link WorkerFileWriter}
 *       _metadata                               see {@link MetadataFormat}; only in a complete one
 *       _metadata.pending                       the same before the completion is on record
 * </pre>
 *
 * <pre>
 *   (directory)/savepoint-(six digits of the job id)-(twelve digits)/    one savepoint
 *     worker-(worker id)
 *     _metadata
 *     _metadata.pending
 * </pre>
 *
 * <p>A folder {@code shared} beside them is kept for what several checkpoints will refer to.
 *
 * @param path of the job's folder or the savepoint's, as the user writes paths: with or without a
 *     scheme
 */
public record CheckpointFolder(String path, Layout layout) {
    private static final String METADATA = "_metadata";
    private static final String PENDING_METADATA = "_metadata.pending";
    private static final String CHECKPOINT = "chk-";

    /** What lies in a folder. */
    public enum Layout {
        /** All checkpoints of a job. */
        JOB,
        /** One savepoint. */
        SAVEPOINT;

        public static Layout of(CheckpointKind kind) {
            return kind.isSavepoint() ? SAVEPOINT : JOB;
        }
    }

    /** The folder of a job, or any whose files are only read. */
    public CheckpointFolder(String path) {
        this(path, Layout.JOB);
    }

    /**
     * The folder of a new savepoint.
     *
     * @param directory of the user's choice
     * @param random twelve hexadecimal digits
     */
    public static CheckpointFolder ofSavepoint(String directory, String jobId, String random) {
        String name = "savepoint-" + jobId.substring(0, Math.min(6, jobId.length())) + "-" + random;
        return new CheckpointFolder(
                directory.endsWith("/") ? directory + name : directory + "/" + name,
                Layout.SAVEPOINT);
    }

    /**
     * The folder of a job.
     *
     * @param directory {@code execution.checkpointing.dir}
     */
    public static CheckpointFolder of(String directory, String jobId) {
        return new CheckpointFolder(
                directory.endsWith("/") ? directory + jobId : directory + "/" + jobId);
    }

    /** Name of a worker's file, relative to the folder. */
    String workerFile(long id, String workerId) {
        return within(id) + "worker-" + workerId;
    }

    private String within(long id) {
        return layout == Layout.JOB ? CHECKPOINT + id + "/" : "";
    }

    /** Finds the file system; blocks. */
    Opened open() throws IOException {
        FileSystem files = FileSystems.of(path);
        return new Opened(files, files.qualify(path), this);
    }

    /** A folder on its file system. */
    record Opened(FileSystem files, URI uri, CheckpointFolder folder) {

        /** What a name relative to the folder stands for. */
        URI resolve(String name) {
            URI at = uri;
            for (String part : name.split("/")) {
                at = FileSystems.below(at, part);
            }
            return at;
        }

        URI metadata(long id) {
            return resolve(folder.within(id) + METADATA);
        }

        URI pendingMetadata(long id) {
            return resolve(folder.within(id) + PENDING_METADATA);
        }
    }

    /** The id of a checkpoint's folder, or -1 if it is something else. */
    static long idOf(URI folder) {
        String path = folder.getPath();
        String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        String name = trimmed.substring(trimmed.lastIndexOf('/') + 1);
        if (!name.startsWith(CHECKPOINT)) {
            return -1;
        }
        try {
            return Long.parseLong(name.substring(CHECKPOINT.length()));
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
