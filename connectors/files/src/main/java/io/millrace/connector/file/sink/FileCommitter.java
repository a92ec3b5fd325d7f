package io.millrace.connector.file.sink;

import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import io.millrace.api.fs.Path;
import io.millrace.api.sink.Committer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renames complete files to the names under which they are seen.
 *
 * <p>A rename that was done before, or whose answer was lost, is found done: the file is no longer
 * where it was. A file system that is away is asked again later.
 */
final class FileCommitter implements Committer<FileSinkCommittable> {
    private static final Logger LOG = LoggerFactory.getLogger(FileCommitter.class);

    /** Folders that files were taken out of. */
    private final Set<Path> emptied = new HashSet<>();

    @Override
    public void commit(Collection<CommitRequest<FileSinkCommittable>> committables) {
        for (CommitRequest<FileSinkCommittable> request : committables) {
            emptied.add(request.getCommittable().inProgress().getParent());
            commit(request);
        }
    }

    private static void commit(CommitRequest<FileSinkCommittable> request) {
        FileSinkCommittable file = request.getCommittable();
        try {
            FileSystem files = file.target().getFileSystem();
            try {
                rename(files, file);
            } catch (FileNotFoundException | FileAlreadyExistsException e) {
                lookWhatIsThere(files, request, e);
            }
        } catch (IOException e) {
            LOG.warn("{} is not renamed to {} yet", file.inProgress(), file.target(), e);
            request.retryLater();
        }
    }

    private static void rename(FileSystem files, FileSinkCommittable file) throws IOException {
        try {
            files.rename(file.inProgress().toUri(), file.target().toUri());
        } catch (FileNotFoundException e) {
            if (!files.exists(file.inProgress().toUri())) {
                throw e;
            }
            // the first file of its folder
            files.makeFolders(file.target().getParent().toUri());
            files.rename(file.inProgress().toUri(), file.target().toUri());
        }
    }

    private static void lookWhatIsThere(
            FileSystem files, CommitRequest<FileSinkCommittable> request, IOException cause)
            throws IOException {
        FileSinkCommittable file = request.getCommittable();
        FileStatus target = statusOrNull(files, file.target());
        if (files.exists(file.inProgress().toUri())) {
            request.signalFailedWithUnknownReason(
                    new IOException(
                            file.inProgress()
                                    + " cannot be renamed to "
                                    + file.target()
                                    + ", where there is a file of somebody else's"
                                    + (target == null ? "" : " of " + target.length() + " bytes")
                                    + ". Move that away.",
                            cause));
        } else if (target == null && !file.recovered()) {
            request.signalFailedWithUnknownReason(
                    new IOException(
                            file.inProgress()
                                    + ", a file that was complete and not yet renamed to "
                                    + file.target()
                                    + ", is gone: who has removed it has removed records.",
                            cause));
        } else if (target == null) {
            LOG.warn(
                    "{} was committed before and is not there any more: somebody has moved it",
                    file.target());
            request.signalAlreadyCommitted();
        } else if (target.length() != file.length()) {
            request.signalFailedWithUnknownReason(
                    new IOException(
                            file.target()
                                    + " should have "
                                    + file.length()
                                    + " bytes, it has "
                                    + target.length()
                                    + ": somebody has written it.",
                            cause));
        } else {
            request.signalAlreadyCommitted();
        }
    }

    private static FileStatus statusOrNull(FileSystem files, Path path) throws IOException {
        try {
            return files.status(path.toUri());
        } catch (FileNotFoundException e) {
            return null;
        }
    }

    /** Nobody needs a folder that all files have left; who begins another file makes it again. */
    @Override
    public void close() {
        for (Path folder : emptied) {
            try {
                folder.getFileSystem().deleteEmptyFolder(folder.toUri());
            } catch (IOException e) {
                LOG.debug("{} is left behind", folder, e);
            }
        }
    }
}
