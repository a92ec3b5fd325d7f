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
 *     chk-(id)/                                 one checkpoint
 *       worker-(worker id)                      see {@link WorkerFileWriter}
 *       _metadata                               see {@link MetadataFormat}; only in a complete one
 *       _metadata.pending                       the same before the completion is on record
 * </pre>
 *
 * <p>A folder {@code shared} beside them is kept for what several checkpoints will refer to.
 *
 * @param path of the job's folder, as the user writes paths: with or without a scheme
 */
public record CheckpointFolder(String path) {
    private static final String CHECKPOINT = "chk-";

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
