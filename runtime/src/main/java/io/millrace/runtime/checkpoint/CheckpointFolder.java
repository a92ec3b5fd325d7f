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
 *     shared/                                   what several checkpoints may refer to
 *       (id)-(worker id)                        see {@link SharedFileWriter}; of the checkpoint that
 *                                               it was written for
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
 * <p>A name is used once, as the ids of checkpoints are. A file in {@code shared} stays as long as
 * a retained checkpoint refers to it.
 *
 * @param path of the job's folder or the savepoint's, as the user writes paths: with or without a
 *     scheme
 */
public record CheckpointFolder(String path, Layout layout) {
    private static final String CHECKPOINT = "chk-";
    private static final String SHARED = "shared";

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

    /** Name of a checkpoint's folder, relative to the job's. */
    static String name(long id) {
        return CHECKPOINT + id;
    }

    /** Name of a worker's file, relative to the folder. */
    String workerFile(long id, String workerId) {
        return within(id) + "worker-" + workerId;
    }

    private String within(long id) {
        return layout == Layout.JOB ? CHECKPOINT + id + "/" : "";
    }

    /** Name of a worker's file that later checkpoints may share, relative to the job's folder. */
    static String sharedFile(long id, String workerId) {
        return SHARED + "/" + id + "-" + workerId;
    }

    /** Id of the checkpoint that a shared file was written for; -1 if it is no shared file. */
    static long idOfShared(String name) {
        if (!name.startsWith(SHARED + "/")) {
            return -1;
        }
        int end = name.indexOf('-');
        try {
            return end < 0 ? -1 : Long.parseLong(name.substring(SHARED.length() + 1, end));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Finds the file system; blocks. */
    Opened open() throws IOException {
        return on(FileSystems.of(path));
    }

    Opened on(FileSystem files) {
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

        URI shared() {
            return resolve(SHARED);
        }

        /** The name of a file of the shared folder, relative to the job's. */
        static String sharedName(URI file) {
            String path = file.getPath();
            return SHARED + path.substring(path.lastIndexOf('/'));
        }

        URI metadata(long id) {
            return resolve(folder.within(id) + SavepointPath.METADATA);
        }

        URI pendingMetadata(long id) {
            return resolve(folder.within(id) + SavepointPath.PENDING_METADATA);
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
