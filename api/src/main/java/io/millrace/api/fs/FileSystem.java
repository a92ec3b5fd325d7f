package io.millrace.api.fs;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.List;

/**
 * The few things the engine asks of a file system, for one scheme.
 *
 * <p>Threads: all methods may be called by several threads at once.
 */
public interface FileSystem {

    /**
     * Status of one path.
     *
     * @throws FileNotFoundException if there is nothing at the path
     */
    FileStatus status(URI path) throws IOException;

    /**
     * Files and folders directly in a folder, sorted by path; for a file, the file itself.
     *
     * @throws FileNotFoundException if there is nothing at the path
     */
    List<FileStatus> list(URI path) throws IOException;

    /**
     * What matches a glob, sorted by path; empty if nothing does. Takes a string as globs are no
     * URIs.
     */
    List<FileStatus> glob(String pattern) throws IOException;

    /** Blocks of a file in order of their offset; one block where the file system has none. */
    List<FileBlock> blocks(FileStatus file) throws IOException;

    /** Opens a file at a byte offset. */
    InputStream open(URI path, long offset) throws IOException;

    /**
     * Creates a file, and the folders above it. The content is only sure to be there after {@code
     * close()} has returned.
     *
     * @param overwrite whether an existing file is replaced; otherwise {@link
     *     java.nio.file.FileAlreadyExistsException} is thrown
     */
    OutputStream create(URI path, boolean overwrite) throws IOException;

    /**
     * Creates a file that must not be there, and the folders above it, whose beginning can be made
     * to stay while it is written: see {@link FSDataOutputStream#sync}. By default it cannot.
     */
    default FSDataOutputStream createSyncable(URI path) throws IOException {
        return new CountedOutput(
                create(path, false),
                () -> {
                    throw new IOException(
                            "The file system of "
                                    + path
                                    + " keeps what is written only when the file is closed: have"
                                    + " files closed at each checkpoint, by"
                                    + " OnCheckpointRollingPolicy.");
                });
    }

    /**
     * Ends a file whose writer is gone, or is to be: takes it away from whoever writes it, cuts it
     * to a length and closes it. May be repeated.
     *
     * @param length at most what was made to stay by {@link FSDataOutputStream#sync} or {@code
     *     close}
     * @throws FileNotFoundException if it is not there
     * @throws IOException also if it is shorter, or if the file system cannot do so
     */
    default void truncate(URI path, long length) throws IOException {
        throw new IOException("The file system of " + path + " cannot cut a file to a length.");
    }

    /** Makes a folder and those above it; nothing happens if it is there. */
    void makeFolders(URI path) throws IOException;

    /**
     * Renames without overwriting and without moving into an existing folder.
     *
     * @throws FileNotFoundException if the source or the folder of the target is not there
     * @throws java.nio.file.FileAlreadyExistsException if there is something at the target
     */
    void rename(URI from, URI to) throws IOException;

    /** Deletes a file or a folder with all in it; false if there was nothing. */
    boolean delete(URI path) throws IOException;

    /**
     * Deletes a folder if there is nothing in it, so that two who clean up do not take each other's
     * new files away; false if it is not there or not empty. A file system that cannot do so in one
     * step leaves the folder.
     */
    default boolean deleteEmptyFolder(URI path) throws IOException {
        return false;
    }

    /** The file system that a path lies on. */
    static FileSystem get(URI path) throws IOException {
        return FileSystemProviders.serving(path.getScheme(), path.toString()).open(path);
    }

    /** Whether there is something at the path. */
    default boolean exists(URI path) throws IOException {
        try {
            status(path);
            return true;
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    /** The path with scheme and authority filled in where they were left out. */
    URI qualify(String path);
}
