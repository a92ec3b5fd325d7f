package io.millrace.runtime.checkpoint;

import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Checkpoints as files, on whatever file system a folder's scheme names; the layout is in {@link
 * CheckpointFolder}.
 *
 * <p>Threads: any; the work is done by the executor given, in which a call may block for as long as
 * the file system does. With one thread in it, calls are carried out in their order.
 */
public final class FileCheckpointStorage implements CheckpointStorage, SnapshotStorage {
    private static final int BUFFER_BYTES = 128 << 10;

    private final Executor executor;

    public FileCheckpointStorage(Executor executor) {
        this.executor = executor;
    }

    // ------------------------------------------------------------------ the master's

    @Override
    public void prepare(CheckpointFolder folder, Consumer<Result<Void>> reply) {
        call(
                reply,
                () -> {
                    CheckpointFolder.Opened at = folder.open();
                    try {
                        at.files().makeFolders(at.uri());
                    } catch (AccessDeniedException e) {
                        throw new RefusedException(
                                "Folder " + at.uri() + " may not be made: " + reason(e), e);
                    } catch (FileAlreadyExistsException | NotDirectoryException e) {
                        throw new RefusedException(
                                "Folder " + at.uri() + " cannot be made: there is a file", e);
                    }
                    return null;
                });
    }

    @Override
    public void writePending(
            CheckpointFolder folder, CheckpointMetadata metadata, Consumer<Result<Void>> reply) {
        byte[] bytes = MetadataFormat.write(metadata);
        call(
                reply,
                () -> {
                    CheckpointFolder.Opened at = folder.open();
                    URI pending = at.pendingMetadata(metadata.id());
                    try (OutputStream out = at.files().create(pending, true)) {
                        out.write(bytes);
                    }
                    return null;
                });
    }

    @Override
    public void publish(CheckpointFolder folder, long id, Consumer<Result<Void>> reply) {
        call(
                reply,
                () -> {
                    publish(folder, id);
                    return null;
                });
    }

    private static void publish(CheckpointFolder folder, long id) throws IOException {
        CheckpointFolder.Opened at = folder.open();
        try {
            at.files().rename(at.pendingMetadata(id), at.metadata(id));
        } catch (FileAlreadyExistsException | FileNotFoundException e) {
            if (!at.files().exists(at.metadata(id))) {
                throw new DamagedCheckpointException(
                        "Checkpoint "
                                + id
                                + " is complete, but neither "
                                + at.pendingMetadata(id)
                                + " nor "
                                + at.metadata(id)
                                + " is there",
                        e);
            }
        }
    }

    @Override
    public void read(CheckpointFolder folder, long id, Consumer<Result<CheckpointMetadata>> reply) {
        call(reply, () -> read(folder, id));
    }

    private static CheckpointMetadata read(CheckpointFolder folder, long id) throws IOException {
        CheckpointFolder.Opened at = folder.open();
        for (URI name : new URI[] {at.metadata(id), at.pendingMetadata(id)}) {
            byte[] bytes;
            try (InputStream in = at.files().open(name, 0)) {
                bytes = in.readAllBytes();
            } catch (FileNotFoundException e) {
                continue; // it has the other name
            }
            CheckpointMetadata metadata = MetadataFormat.read(bytes, name.toString());
            SavepointPath.checkFiles(metadata, at, "Checkpoint " + id);
            return metadata;
        }
        throw new DamagedCheckpointException(
                "Checkpoint " + id + ": file " + at.metadata(id) + " is not there");
    }

    @Override
    public void find(String path, Consumer<Result<StoredCheckpoint>> reply) {
        call(reply, () -> SavepointPath.findWhole(path));
    }

    @Override
    public void removeClaimed(String path, Consumer<Result<Void>> reply) {
        call(
                reply,
                () -> {
                    SavepointPath.remove(path);
                    return null;
                });
    }

    @Override
    public void retain(CheckpointFolder folder, Retained retained, Consumer<Result<Void>> reply) {
        call(
                reply,
                () -> {
                    CheckpointFolder.Opened at = folder.open();
                    for (FileStatus status : at.files().list(at.uri())) {
                        long id = CheckpointFolder.idOf(status.path());
                        if (status.folder()
                                && id >= 0
                                && id < retained.below()
                                && !retained.ids().contains(id)) {
                            at.files().delete(status.path());
                        }
                    }
                    dropShared(at, retained);
                    return null;
                });
    }

    private static void dropShared(CheckpointFolder.Opened at, Retained retained)
            throws IOException {
        List<FileStatus> shared;
        try {
            shared = at.files().list(at.shared());
        } catch (FileNotFoundException e) {
            return; // no checkpoint has shared anything
        }
        for (FileStatus status : shared) {
            String name = CheckpointFolder.Opened.sharedName(status.path());
            long id = CheckpointFolder.idOfShared(name);
            if (id >= 0 && id < retained.below() && !retained.sharedFiles().contains(name)) {
                at.files().delete(status.path());
            }
        }
    }

    @Override
    public void remove(CheckpointFolder folder, Consumer<Result<Void>> reply) {
        call(
                reply,
                () -> {
                    CheckpointFolder.Opened at = folder.open();
                    remove(at);
                    return null;
                });
    }

    /** Somebody may have put a savepoint into a job's folder, which is not the job's to remove. */
    private static void remove(CheckpointFolder.Opened at) throws IOException {
        if (at.folder().layout() == CheckpointFolder.Layout.SAVEPOINT) {
            at.files().delete(at.uri());
            return;
        }
        List<FileStatus> all;
        try {
            all = at.files().list(at.uri());
        } catch (FileNotFoundException e) {
            return;
        }
        for (FileStatus status : all) {
            if (status.folder() && CheckpointFolder.idOf(status.path()) >= 0) {
                at.files().delete(status.path());
            }
        }
        at.files().delete(at.shared());
        at.files().deleteEmptyFolder(at.uri());
    }

    private static String reason(AccessDeniedException e) {
        return e.getReason() == null ? "permission denied" : e.getReason();
    }

    /** Somebody has to change something. */
    private static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        RefusedException(String sentence, IOException cause) {
            super(sentence, cause);
        }
    }

    private <T> void call(Consumer<Result<T>> reply, Call<T> call) {
        executor.execute(
                () -> {
                    Result<T> result;
                    try {
                        result = new Result.Done<>(call.run());
                    } catch (DamagedCheckpointException e) {
                        result = new Result.Damaged<>(e.getMessage());
                    } catch (RefusedException e) {
                        result = new Result.Refused<>(e.getMessage());
                    } catch (Throwable t) {
                        // errors, too, as of a class that is missing: the answer is waited for
                        result = new Result.Failed<>(firstLine(t));
                    }
                    reply.accept(result);
                });
    }

    /** What a NameNode says goes on with its stack. */
    private static String firstLine(Throwable e) {
        return e.toString().lines().findFirst().orElse("");
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    // ------------------------------------------------------------------ the workers'

    @Override
    public void write(WorkerSnapshot snapshot, Wanted wanted, Consumer<Stored> reply) {
        executor.execute(
                () -> {
                    Stored stored;
                    try {
                        stored =
                                wanted.isWanted()
                                        ? write(snapshot)
                                        : new Stored.Failed(
                                                new IOException(
                                                        "the checkpoint was given up before its"
                                                                + " file was begun"));
                    } catch (Throwable t) {
                        stored = new Stored.Failed(t);
                    } finally {
                        snapshot.subtasks().forEach(SubtaskSnapshot::release);
                    }
                    reply.accept(stored);
                });
    }

    private static Stored write(WorkerSnapshot snapshot) throws IOException {
        CheckpointFolder.Opened at = snapshot.folder().open();
        String name = snapshot.folder().workerFile(snapshot.id(), snapshot.workerId());
        String shared = CheckpointFolder.sharedFile(snapshot.id(), snapshot.workerId());
        try (WorkerFileWriter writer =
                new WorkerFileWriter(
                        snapshot,
                        name,
                        () -> at.files().create(at.resolve(name), true),
                        new SharedFileWriter(
                                () -> at.files().create(at.resolve(shared), false),
                                shared,
                                snapshot.id(),
                                snapshot.epoch(),
                                snapshot.workerId()),
                        at)) {
            WorkerFileWriter.Written written = writer.write();
            verify(at, written.file());
            verify(at, written.shared());
            writer.stored(written.shared());
            return new Stored.Done(written.file(), written.subtasks());
        }
    }

    private static void verify(CheckpointFolder.Opened at, WorkerFile file) throws IOException {
        if (file != null) {
            verify(at.files(), at.resolve(file.name()), file);
        }
    }

    /** A file that was written badly must not be found out when it is needed. */
    static void verify(FileSystem files, URI path, WorkerFile file) throws IOException {
        CRC32C crc = new CRC32C();
        long length = 0;
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = files.open(path, 0)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                crc.update(buffer, 0, read);
                length += read;
            }
        }
        if (length != file.length() || (int) crc.getValue() != file.crc()) {
            throw new DamagedCheckpointException(
                    "File "
                            + path
                            + " was not stored as it was written: "
                            + length
                            + " bytes with checksum "
                            + Integer.toHexString((int) crc.getValue())
                            + " in place of "
                            + file.length()
                            + " with "
                            + Integer.toHexString(file.crc()));
        }
    }
}
