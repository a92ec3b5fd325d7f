package io.millrace.hdfs;

import io.millrace.api.fs.FileBlock;
import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NotDirectoryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathIsNotEmptyDirectoryException;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.security.Credentials;

/**
 * A file system of Hadoop's, with the engine's meaning of each call.
 *
 * <p>It has an instance of Hadoop's class for itself: a user's {@code FileSystem.get(..).close()}
 * does not close it.
 *
 * <p>Threads: any, as Hadoop's.
 *
 * <p>Errors: Hadoop's exceptions for what the interface names become those of {@code java.io} and
 * {@code java.nio.file}; a refused permission becomes {@link AccessDeniedException}; others pass.
 */
public final class HadoopFileSystem implements FileSystem {
    private static final FsPermission PRIVATE = new FsPermission((short) 0700);

    /** The DataNodes agree within seconds, unless one of them is gone. */
    private static final Duration RECOVERY = Duration.ofMinutes(3);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final org.apache.hadoop.fs.FileSystem files;
    private final FileContext renames;
    private final Polling polling;

    /** Connects to the file system of a URI's scheme and authority. */
    public HadoopFileSystem(URI uri, Configuration configuration) throws IOException {
        this(
                uri,
                configuration,
                new Polling(
                        System::nanoTime,
                        pause -> Thread.sleep(pause.toMillis()),
                        PAUSE,
                        RECOVERY));
    }

    /**
     * @param polling waits for the DataNodes to agree
     */
    HadoopFileSystem(URI uri, Configuration configuration, Polling polling) throws IOException {
        this.polling = polling;
        this.files = org.apache.hadoop.fs.FileSystem.newInstance(uri, configuration);
        // FileSystem.rename moves into an existing folder, and says false for a missing parent:
        // only this one has the rename with options, which does neither.
        // hdfs:///path means the default file system's host, which FileSystem has filled in.
        this.renames = contextOrNull(files.getUri(), configuration);
    }

    private static FileContext contextOrNull(URI uri, Configuration configuration) {
        try {
            return FileContext.getFileContext(uri, configuration);
        } catch (UnsupportedFileSystemException e) {
            return null;
        }
    }

    @Override
    public FileStatus status(URI path) throws IOException {
        try {
            return status(files.getFileStatus(path(path)));
        } catch (IOException e) {
            throw mapped(e, path);
        }
    }

    private FileStatus status(org.apache.hadoop.fs.FileStatus found) {
        return new FileStatus(
                files.makeQualified(found.getPath()).toUri(),
                found.isDirectory(),
                found.isDirectory() ? 0 : found.getLen(),
                found.getModificationTime());
    }

    @Override
    public List<FileStatus> list(URI path) throws IOException {
        try {
            return sorted(files.listStatus(path(path)));
        } catch (IOException e) {
            throw mapped(e, path);
        }
    }

    @Override
    public List<FileStatus> glob(String pattern) throws IOException {
        try {
            return sorted(files.globStatus(new Path(pattern)));
        } catch (IOException e) {
            throw mapped(e, URI.create("/")); // the message has the path
        }
    }

    /** Null, which a glob without special characters gives, is nothing. */
    private List<FileStatus> sorted(org.apache.hadoop.fs.FileStatus[] found) {
        List<FileStatus> statuses = new ArrayList<>();
        if (found != null) {
            for (org.apache.hadoop.fs.FileStatus one : found) {
                statuses.add(status(one));
            }
        }
        statuses.sort(Comparator.comparing(s -> s.path().toString()));
        return statuses;
    }

    @Override
    public List<FileBlock> blocks(FileStatus file) throws IOException {
        try {
            BlockLocation[] found =
                    files.getFileBlockLocations(path(file.path()), 0, file.length());
            List<FileBlock> blocks = new ArrayList<>();
            for (BlockLocation block : found == null ? new BlockLocation[0] : found) {
                blocks.add(
                        new FileBlock(
                                block.getOffset(), block.getLength(), List.of(block.getHosts())));
            }
            blocks.sort(Comparator.comparingLong(FileBlock::offset));
            return blocks;
        } catch (IOException e) {
            throw mapped(e, file.path());
        }
    }

    @Override
    public InputStream open(URI path, long offset) throws IOException {
        try {
            FSDataInputStream in = files.open(path(path));
            try {
                in.seek(offset);
                return in;
            } catch (IOException | RuntimeException e) {
                in.close();
                throw e;
            }
        } catch (IOException e) {
            throw mapped(e, path);
        }
    }

    @Override
    public OutputStream create(URI path, boolean overwrite) throws IOException {
        try {
            return files.create(path(path), overwrite);
        } catch (IOException e) {
            throw mapped(e, path);
        }
    }

    /** Syncs to the disks of the DataNodes, if the file system is HDFS. */
    @Override
    public io.millrace.api.fs.FSDataOutputStream createSyncable(URI path) throws IOException {
        try {
            return new SyncableOutput(files.create(path(path), false));
        } catch (IOException e) {
            throw mapped(e, path);
        }
    }

    /**
     * On HDFS: recovers the lease, which takes the file away from a writer that may be dead or
     * alive and agrees on its length among the DataNodes; then cuts it, which they have to agree on
     * as well.
     */
    @Override
    public void truncate(URI path, long length) throws IOException {
        if (!(files instanceof DistributedFileSystem hdfs)) {
            throw new IOException(
                    "The file system of "
                            + path
                            + " is not HDFS, and a file that was being written there cannot be"
                            + " ended: have files closed at each checkpoint, by"
                            + " OnCheckpointRollingPolicy.");
        }
        try {
            Path file = path(path);
            if (!hdfs.recoverLease(file)) {
                polling.until(
                        () -> hdfs.isFileClosed(file) || hdfs.recoverLease(file),
                        path,
                        "the lease of its last writer");
            }
            long before = hdfs.getFileStatus(file).getLen();
            if (before < length) {
                throw new EOFException(
                        path
                                + " has "
                                + before
                                + " bytes, "
                                + length
                                + " were made to stay in it.");
            }
            if (before == length || hdfs.truncate(file, length)) {
                return;
            }
            polling.until(() -> hdfs.isFileClosed(file), path, "its last block to be cut");
        } catch (IOException e) {
            throw mapped(e, path);
        }
    }

    @Override
    public void makeFolders(URI path) throws IOException {
        try {
            if (!files.mkdirs(path(path))) {
                throw new IOException("Folder " + path + " could not be made.");
            }
        } catch (ParentNotDirectoryException e) {
            throw with(new NotDirectoryException(firstLine(e.getMessage())), e);
        } catch (IOException e) {
            throw mapped(e, path);
        }
    }

    @Override
    public void rename(URI from, URI to) throws IOException {
        if (renames == null) {
            throw new IOException(
                    "The file system of "
                            + from
                            + " cannot rename without overwriting: Hadoop's configuration has no"
                            + " fs.AbstractFileSystem."
                            + files.getScheme()
                            + ".impl.");
        }
        try {
            renames.rename(path(from), path(to), Options.Rename.NONE);
        } catch (RemoteException e) {
            // The NameNode has no exception of its own for a file that is renamed to a folder.
            if (e.getClassName().equals(IOException.class.getName()) && exists(to)) {
                throw with(
                        new FileAlreadyExistsException(
                                to.toString(), null, firstLine(e.getMessage())),
                        e);
            }
            throw mapped(e, to);
        } catch (IOException e) {
            throw mapped(e, to);
        }
    }

    @Override
    public boolean delete(URI path) throws IOException {
        try {
            return files.delete(path(path), true);
        } catch (FileNotFoundException e) {
            return false;
        } catch (IOException e) {
            throw mapped(e, path);
        }
    }

    /** The NameNode refuses in one step to delete what is not empty. */
    @Override
    public boolean deleteEmptyFolder(URI path) throws IOException {
        try {
            return status(path).folder() && files.delete(path(path), false);
        } catch (FileNotFoundException e) {
            return false;
        } catch (PathIsNotEmptyDirectoryException e) {
            return false;
        } catch (RemoteException e) {
            if (e.unwrapRemoteException() instanceof PathIsNotEmptyDirectoryException) {
                return false;
            }
            throw mapped(e, path);
        } catch (IOException e) {
            throw mapped(e, path);
        }
    }

    @Override
    public URI qualify(String path) {
        return files.makeQualified(new Path(path)).toUri();
    }

    /** Makes a folder that only its owner may enter, and those above it; also if it was there. */
    public void makePrivateFolder(URI path) throws IOException {
        try {
            Path parent = path(path).getParent();
            if (parent != null) {
                files.mkdirs(parent); // mkdirs would give PRIVATE to these as well
            }
            files.mkdirs(path(path), PRIVATE);
            // mkdirs leaves an existing folder as it is, and cuts the permission by the umask.
            if (!files.getFileStatus(path(path)).getPermission().equals(PRIVATE)) {
                files.setPermission(path(path), PRIVATE);
            }
        } catch (IOException e) {
            throw mapped(e, path);
        }
    }

    /** Hadoop's own object, for what this interface does not have. */
    public org.apache.hadoop.fs.FileSystem hadoop() {
        return files;
    }

    static Path path(URI uri) {
        return new Path(uri);
    }

    private static IOException mapped(IOException e, URI path) {
        IOException cause =
                e instanceof RemoteException remote ? remote.unwrapRemoteException() : e;
        if (cause instanceof org.apache.hadoop.fs.FileAlreadyExistsException
                || cause instanceof AlreadyBeingCreatedException) {
            return with(
                    new FileAlreadyExistsException(
                            path.toString(), null, firstLine(cause.getMessage())),
                    e);
        }
        if (cause instanceof ParentNotDirectoryException
                || cause instanceof FileNotFoundException) {
            return with(new FileNotFoundException(firstLine(cause.getMessage())), e);
        }
        if (cause instanceof AccessControlException) {
            return with(
                    new AccessDeniedException(path.toString(), null, firstLine(cause.getMessage())),
                    e);
        }
        return cause;
    }

    private static <E extends IOException> E with(E mapped, IOException cause) {
        mapped.initCause(cause);
        return mapped;
    }

    /** A NameNode's message goes on with its stack. */
    private static String firstLine(String message) {
        return message == null ? null : message.lines().findFirst().orElse("");
    }

    /**
     * Adds what a container shows in place of the user's ticket; nothing without Kerberos.
     *
     * @param renewer who may renew it
     */
    public void addTokens(String renewer, Credentials credentials) throws IOException {
        files.addDelegationTokens(renewer, credentials);
    }

    private static final class SyncableOutput extends io.millrace.api.fs.FSDataOutputStream {
        private final FSDataOutputStream out;

        SyncableOutput(FSDataOutputStream out) {
            this.out = out;
        }

        @Override
        public long getPos() {
            return out.getPos();
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void sync() throws IOException {
            if (!out.hasCapability(StreamCapabilities.HSYNC)) {
                throw new IOException(
                        "This file system keeps what is written only when the file is closed: have"
                            + " files closed at each checkpoint, by OnCheckpointRollingPolicy.");
            }
            out.hsync();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
