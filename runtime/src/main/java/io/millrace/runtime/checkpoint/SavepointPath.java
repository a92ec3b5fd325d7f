package io.millrace.runtime.checkpoint;

import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import io.millrace.runtime.file.FileSystems;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds what a user means by the path of a savepoint or checkpoint: its folder, its {@code
 * _metadata}, or the folder of a job's checkpoints, of which the newest complete one is meant.
 *
 * <p>The folder may have been moved, and may have another name than it was written under: of a
 * file's name only what follows the folder's counts. What several checkpoints share lies in the
 * folder {@code shared} beside it, and moves with the job's folder as a whole.
 *
 * <p>Threads: stateless; blocks.
 *
 * <p>Errors: {@link DamagedCheckpointException} if there is nothing to begin with, with a sentence
 * for the user; any other {@link IOException} if the file system cannot be asked.
 */
public final class SavepointPath {
    static final String METADATA = "_metadata";
    static final String PENDING_METADATA = "_metadata.pending";

    /** How often one looks anew where a job that runs removes what was found. */
    private static final int LOOKS = 10;

    private final FileSystem files;
    private final String asked;

    private SavepointPath(FileSystem files, String asked) {
        this.files = files;
        this.asked = asked;
    }

    /** Reads the metadata that a path leads to. Looks at no other file. */
    public static StoredCheckpoint find(String path) throws IOException {
        return find(FileSystems.of(path), path);
    }

    static StoredCheckpoint find(FileSystem files, String path) throws IOException {
        return new SavepointPath(files, path).find(trimmed(files.qualify(path)));
    }

    /** Finds, and checks that all files are there and of the length that they were written with. */
    public static StoredCheckpoint findWhole(String path) throws IOException {
        return findWhole(FileSystems.of(path), path);
    }

    static StoredCheckpoint findWhole(FileSystem files, String path) throws IOException {
        for (int look = 1; ; look++) {
            StoredCheckpoint found = find(files, path);
            try {
                checkFiles(found.metadata(), found.folder().on(files), text(found));
                return found;
            } catch (DamagedCheckpointException e) {
                URI folder = trimmed(files.qualify(found.place()));
                if (look == LOOKS || files.exists(FileSystems.below(folder, METADATA))) {
                    throw e;
                }
            }
        }
    }

    /**
     * Checks that all files are there and of the length that they were written with.
     *
     * @param who begins the sentence of the error
     */
    static void checkFiles(CheckpointMetadata metadata, CheckpointFolder.Opened folder, String who)
            throws IOException {
        for (WorkerFile file : metadata.allFiles()) {
            URI at = folder.resolve(file.name());
            long length;
            try {
                length = folder.files().status(at).length();
            } catch (FileNotFoundException e) {
                throw new DamagedCheckpointException(
                        who
                                + " is damaged: its file "
                                + at
                                + " is not there. If it was moved, move all of its folder"
                                + (file.name().contains("/shared/")
                                                || file.name().startsWith("shared/")
                                        ? ", and the folder 'shared' beside it"
                                        : "")
                                + "; else begin with another one.",
                        e);
            }
            if (length != file.length()) {
                throw new DamagedCheckpointException(
                        who
                                + " is damaged: its file "
                                + at
                                + " has "
                                + length
                                + " bytes, and was written with "
                                + file.length()
                                + ". Begin with another one.");
            }
        }
    }

    /**
     * Removes a savepoint or checkpoint with what only it refers to, and the job's folder if
     * nothing is left there. Nothing happens if it is not there.
     *
     * @param place its own folder
     */
    static void remove(String place) throws IOException {
        FileSystem files = FileSystems.of(place);
        URI folder = trimmed(files.qualify(place));
        URI metadata = FileSystems.below(folder, METADATA);
        if (!files.exists(metadata)) {
            return;
        }
        StoredCheckpoint stored = new SavepointPath(files, place).read(folder, metadata);
        CheckpointFolder.Opened above = stored.folder().open();
        boolean ofJob = CheckpointFolder.idOf(folder) >= 0;
        List<URI> others =
                !ofJob
                        ? List.of()
                        : files.list(above.uri()).stream()
                                .map(status -> trimmed(status.path()))
                                .filter(path -> !path.equals(folder))
                                .filter(path -> CheckpointFolder.idOf(path) >= 0)
                                .toList();
        boolean isLast = ofJob && others.isEmpty();
        if (ofJob) {
            Set<String> needed = new HashSet<>();
            for (URI other : others) {
                URI named = FileSystems.below(other, METADATA);
                if (files.exists(named)) {
                    new SavepointPath(files, other.toString())
                            .read(other, named)
                            .metadata()
                            .allFiles()
                            .forEach(file -> needed.add(file.name()));
                }
            }
            for (WorkerFile file : stored.metadata().allFiles()) {
                if (!needed.contains(file.name())) {
                    files.delete(above.resolve(file.name()));
                }
            }
        }
        if (isLast) {
            files.deleteEmptyFolder(FileSystems.below(above.uri(), "shared"));
        }
        files.delete(folder);
        if (isLast) {
            files.deleteEmptyFolder(above.uri());
        }
    }

    private static String text(StoredCheckpoint found) {
        return (found.metadata().kind().isSavepoint() ? "Savepoint " : "Checkpoint ")
                + found.metadata().id()
                + " of job '"
                + found.metadata().jobName()
                + "' in "
                + found.place();
    }

    private StoredCheckpoint find(URI path) throws IOException {
        FileStatus status;
        try {
            status = files.status(path);
        } catch (FileNotFoundException e) {
            throw new DamagedCheckpointException(
                    "There is no savepoint or checkpoint at "
                            + asked
                            + (asked.equals(path.toString()) ? "" : " (" + path + ")")
                            + ": there is nothing. Name the folder that was printed when it was"
                            + " made.",
                    e);
        }
        if (!status.folder()) {
            if (name(path).equals(METADATA)) {
                return read(above(path), path);
            }
            throw new DamagedCheckpointException(
                    asked
                            + " is a file and not the _metadata of a savepoint or checkpoint: name"
                            + " its folder.");
        }
        URI metadata = FileSystems.below(path, METADATA);
        return files.exists(metadata) ? read(path, metadata) : newest(path);
    }

    /** Looks for complete checkpoints in a job's folder, which may be removed meanwhile. */
    private StoredCheckpoint newest(URI folder) throws IOException {
        for (int look = 1; ; look++) {
            try {
                return newestNow(folder);
            } catch (FileNotFoundException e) {
                if (look == LOOKS) {
                    throw e;
                }
            }
        }
    }

    private StoredCheckpoint newestNow(URI folder) throws IOException {
        List<URI> candidates = new ArrayList<>();
        for (FileStatus status : files.list(folder)) {
            if (status.folder() && CheckpointFolder.idOf(status.path()) >= 0) {
                candidates.add(trimmed(status.path()));
            }
        }
        candidates.sort(Comparator.comparingLong(CheckpointFolder::idOf).reversed());
        for (URI candidate : candidates) {
            URI metadata = FileSystems.below(candidate, METADATA);
            if (files.exists(metadata)) {
                return read(candidate, metadata);
            }
        }
        if (!candidates.isEmpty()) {
            throw new DamagedCheckpointException(
                    "None of the "
                            + candidates.size()
                            + " checkpoints in "
                            + asked
                            + " was completed: none has a "
                            + METADATA
                            + ". Begin with an earlier savepoint, or without -s.");
        }
        if (files.exists(FileSystems.below(folder, PENDING_METADATA))) {
            throw new DamagedCheckpointException(
                    "The checkpoint in "
                            + asked
                            + " was not completed: it has a "
                            + PENDING_METADATA
                            + ", but no "
                            + METADATA
                            + ". Begin with the one before it; the folder of the job's checkpoints"
                            + " leads to the newest complete one.");
        }
        throw new DamagedCheckpointException(
                asked
                        + " is neither a savepoint nor a checkpoint nor the folder of a job's"
                        + " checkpoints: it has no "
                        + METADATA
                        + " and no folder chk-<id>. Name the folder that was printed when it was"
                        + " made.");
    }

    private StoredCheckpoint read(URI folder, URI file) throws IOException {
        CheckpointMetadata metadata;
        try (InputStream in = files.open(file, 0)) {
            metadata = MetadataFormat.read(in.readAllBytes(), file.toString());
        }
        URI above = above(folder);
        List<WorkerFile> renamed = new ArrayList<>();
        for (WorkerFile written : metadata.files()) {
            renamed.add(
                    new WorkerFile(
                            placed(written.name(), metadata.id(), name(folder)),
                            written.length(),
                            written.crc()));
        }
        return new StoredCheckpoint(
                metadata.withFiles(renamed),
                new CheckpointFolder(asWritten(above)),
                asWritten(folder));
    }

    /** As a user writes it, with nothing encoded. */
    private static String asWritten(URI uri) {
        String authority = uri.getAuthority() == null ? "" : uri.getAuthority();
        return uri.getScheme() == null
                ? uri.getPath()
                : uri.getScheme() + "://" + authority + uri.getPath();
    }

    /** The name of a file, relative to the folder above that of the metadata. */
    static String placed(String written, long id, String folder) {
        String own = CheckpointFolder.name(id) + "/";
        if (written.startsWith(own)) {
            return folder + "/" + written.substring(own.length());
        }
        return written.contains("/") ? written : folder + "/" + written;
    }

    private static URI trimmed(URI path) {
        String text = path.toString();
        return text.endsWith("/") && path.getPath().length() > 1
                ? URI.create(text.substring(0, text.length() - 1))
                : path;
    }

    private static URI above(URI path) {
        String text = path.toString();
        int slash = text.lastIndexOf('/');
        boolean root = slash == text.length() - path.getRawPath().length();
        return URI.create(text.substring(0, root ? slash + 1 : slash));
    }

    private static String name(URI path) {
        String text = path.getPath();
        return text.substring(text.lastIndexOf('/') + 1);
    }
}
