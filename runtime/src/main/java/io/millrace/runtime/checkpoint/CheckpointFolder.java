package io.millrace.runtime.checkpoint;

import io.millrace.api.fs.FileSystem;
import io.millrace.runtime.file.FileSystems;
import java.io.IOException;
import java.net.URI;

/**
 * Where the checkpoints of a job lie.
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
 * <p>A name is used once, as the ids of checkpoints are. A file in {@code shared} stays as long as
 * a retained checkpoint refers to it.
 *
 * @param path of the job's folder, as the user writes paths: with or without a scheme
 */
public record CheckpointFolder(String path) {
    private static final String CHECKPOINT = "chk-";
    private static final String SHARED = "shared";

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

    /** Name of a worker's file, relative to the job's folder. */
    static String workerFile(long id, String workerId) {
        return CHECKPOINT + id + "/worker-" + workerId;
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
        FileSystem files = FileSystems.of(path);
        return new Opened(files, files.qualify(path));
    }

    /** A folder on its file system. */
    record Opened(FileSystem files, URI uri) {

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
            return resolve(CHECKPOINT + id + "/" + SavepointPath.METADATA);
        }

        URI pendingMetadata(long id) {
            return resolve(CHECKPOINT + id + "/" + SavepointPath.PENDING_METADATA);
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
