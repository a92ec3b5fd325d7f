package io.millrace.runtime.file;

import io.millrace.api.fs.CountedOutput;
import io.millrace.api.fs.FSDataOutputStream;
import io.millrace.api.fs.FileBlock;
import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import java.io.EOFException;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Files of this machine, by java.nio; links are followed.
 *
 * <p>A file is on disk when its stream has been closed. {@link #rename} of a file is a hard link
 * followed by the removal of the old name, as that alone refuses an existing target in one step; if
 * the process dies in between, repeating the rename finishes it.
 *
 * <p>Threads: any.
 */
public final class LocalFileSystem implements FileSystem {
    public static final LocalFileSystem INSTANCE = new LocalFileSystem();

    private LocalFileSystem() {}

    @Override
    public FileStatus status(URI path) throws IOException {
        return status(file(path));
    }

    private static FileStatus status(Path file) throws IOException {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStatus(
                    uri(file),
                    found.isDirectory(),
                    found.isDirectory() ? 0 : found.size(),
                    found.lastModifiedTime().toMillis());
        } catch (FileSystemException e) {
            throw notFound(e, file);
        }
    }

    @Override
    public List<FileStatus> list(URI path) throws IOException {
        FileStatus status = status(path);
        return status.folder() ? children(file(path)) : List.of(status);
    }

    private static List<FileStatus> children(Path folder) throws IOException {
        List<FileStatus> found = new ArrayList<>();
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
            for (Path name : names) {
                try {
                    found.add(status(name));
                } catch (FileNotFoundException e) {
                    // removed since the folder was read, or a link to nowhere
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (FileSystemException e) {
            throw notFound(e, folder);
        }
        found.sort(Comparator.comparing(s -> s.path().getPath()));
        return found;
    }

    @Override
    public List<FileStatus> glob(String pattern) throws IOException {
        Set<Path> found = new LinkedHashSet<>();
        for (String glob : GlobPattern.expandBraces(absolute(pattern))) {
            List<Path> level = List.of(Path.of("/"));
            for (String part : glob.split("/+")) {
                if (!part.isEmpty()) {
                    level = descend(level, part);
                }
            }
            found.addAll(level);
        }
        List<FileStatus> statuses = new ArrayList<>();
        for (Path path : found) {
            try {
                statuses.add(status(path));
            } catch (FileNotFoundException e) {
                // removed since it matched
            }
        }
        statuses.sort(Comparator.comparing(s -> s.path().getPath()));
        return statuses;
    }

    private static List<Path> descend(List<Path> folders, String part) throws IOException {
        List<Path> next = new ArrayList<>();
        Pattern name = GlobPattern.isGlob(part) ? GlobPattern.name(part) : null;
        for (Path folder : folders) {
            if (name == null) {
                Path child = folder.resolve(part).normalize();
                if (Files.exists(child)) {
                    next.add(child);
                }
            } else if (Files.isDirectory(folder)) {
                try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
                    for (Path child : children) {
                        if (name.matcher(child.getFileName().toString()).matches()) {
                            next.add(child);
                        }
                    }
                } catch (NoSuchFileException | DirectoryIteratorException e) {
                    // removed meanwhile: nothing of it matches
                }
            }
        }
        return next;
    }

    /** One block, as the machine does not say where the bytes lie. */
    @Override
    public List<FileBlock> blocks(FileStatus file) {
        return file.length() == 0 ? List.of() : List.of(new FileBlock(0, file.length(), List.of()));
    }

    /** Not by a channel, which an interrupt of the reading thread would close. */
    @Override
    @SuppressWarnings("resource") // the caller closes it
    public InputStream open(URI path, long offset) throws IOException {
        File file = file(path).toFile();
        FileInputStream in = new FileInputStream(file);
        try {
            long length = file.length();
            if (offset < 0 || offset > length) {
                throw new EOFException(
                        "Offset "
                                + offset
                                + " is outside of "
                                + path
                                + " of "
                                + length
                                + " bytes.");
            }
            long left = offset;
            while (left > 0) {
                left -= in.skip(left);
            }
            return in;
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    @Override
    public OutputStream create(URI path, boolean overwrite) throws IOException {
        return new DurableOutput(createFile(path, overwrite));
    }

    private static FileOutputStream createFile(URI path, boolean overwrite) throws IOException {
        Path file = file(path);
        // Somebody may remove an empty parent between the two steps; once more is then enough
        // unless
        // he does so for ever.
        for (int attempt = 1; ; attempt++) {
            makeFolders(file.getParent());
            try {
                if (!overwrite) {
                    Files.createFile(file);
                }
                return new FileOutputStream(file.toFile());
            } catch (NoSuchFileException | FileNotFoundException e) {
                if (attempt == 10 || Files.isDirectory(file)) {
                    throw e;
                }
            }
        }
    }

    @Override
    public FSDataOutputStream createSyncable(URI path) throws IOException {
        DurableOutput file = new DurableOutput(createFile(path, false));
        return new CountedOutput(file, file::sync);
    }

    /** There is nobody to take it away from: who writes local files dies with the job's process. */
    @Override
    public void truncate(URI path, long length) throws IOException {
        Path file = file(path);
        long before = status(file).length();
        if (before < length) {
            throw new EOFException(
                    path + " has " + before + " bytes, " + length + " were made to stay in it.");
        }
        try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
            cut.setLength(length);
            cut.getFD().sync();
        }
    }

    @Override
    public void makeFolders(URI path) throws IOException {
        makeFolders(file(path));
    }

    private static void makeFolders(Path folder) throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (FileAlreadyExistsException e) {
            throw new NotDirectoryException(e.getFile());
        } catch (IOException e) {
            for (Path above = folder; above != null; above = above.getParent()) {
                if (Files.isRegularFile(above)) {
                    throw new NotDirectoryException(above.toString());
                }
            }
            throw e;
        }
    }

    @Override
    public void rename(URI from, URI to) throws IOException {
        Path source = file(from);
        Path target = file(to);
        try {
            if (Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS)) {
                // Refuses a folder that is not empty by itself; an empty one it would replace.
                if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                    throw new FileAlreadyExistsException(target.toString());
                }
                Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
                return;
            }
            try {
                Files.createLink(target, source);
            } catch (FileAlreadyExistsException e) {
                boolean halfDone =
                        Files.isRegularFile(target)
                                && !source.equals(target)
                                && Files.isSameFile(source, target);
                if (!halfDone) {
                    throw e;
                }
            }
            Files.deleteIfExists(source); // another may have finished it for us
        } catch (DirectoryNotEmptyException e) {
            throw new FileAlreadyExistsException(target.toString());
        } catch (FileSystemException e) {
            throw notFound(e, source);
        }
    }

    @Override
    public boolean delete(URI path) throws IOException {
        Path top = file(path);
        if (!Files.exists(top, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        // Somebody else may be deleting, or still writing below: what is gone is gone, and what is
        // new is taken in the next round.
        for (int attempt = 1; ; attempt++) {
            try {
                Files.walkFileTree(top, new Deletion());
                return true;
            } catch (DirectoryNotEmptyException e) {
                if (attempt == 10) {
                    throw e;
                }
            }
        }
    }

    @Override
    public boolean deleteEmptyFolder(URI path) throws IOException {
        Path folder = file(path);
        try {
            return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                    && Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException e) {
            return false;
        }
    }

    @Override
    public URI qualify(String path) {
        return uri(Path.of(absolute(path)).normalize());
    }

    /** Path without {@code file:}, from the root; globs are left as they are. */
    private static String absolute(String path) {
        String plain = path;
        if (FileSystems.scheme(path) != null) {
            plain = path.substring(path.indexOf(':') + 1);
            if (plain.startsWith("//")) {
                int root = plain.indexOf('/', 2);
                plain = root < 0 ? "/" : plain.substring(root);
            }
        }
        return plain.startsWith("/") ? plain : Path.of("").toAbsolutePath() + "/" + plain;
    }

    private static Path file(URI path) {
        if (path.getScheme() != null && !path.getScheme().equalsIgnoreCase("file")) {
            throw new IllegalArgumentException("Not a local path: " + path);
        }
        return Path.of(path.getPath()).toAbsolutePath().normalize();
    }

    private static URI uri(Path path) {
        try {
            return new URI("file", "", path.toString(), null, null);
        } catch (URISyntaxException e) {
            throw new UncheckedIOException(new IOException("Not a path: " + path, e));
        }
    }

    /** A path below a file is not there either; Linux answers "not a directory". */
    private static IOException notFound(FileSystemException e, Path path) {
        boolean below = false;
        for (Path p = path.getParent(); p != null && !below; p = p.getParent()) {
            below = Files.isRegularFile(p);
        }
        if (e instanceof NoSuchFileException || below) {
            FileNotFoundException missing = new FileNotFoundException(e.getMessage());
            missing.initCause(e);
            return missing;
        }
        return e;
    }

    /** Depth first; what somebody else has removed meanwhile is no failure. */
    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
            if (e != null && !(e instanceof NoSuchFileException)) {
                throw e;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }

    /** Puts the bytes on the disk before {@code close()} returns. */
    private static final class DurableOutput extends FilterOutputStream {
        private final FileOutputStream file;
        private boolean closed;

        DurableOutput(FileOutputStream file) {
            super(file);
            this.file = file;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            file.write(bytes, offset, length);
        }

        void sync() throws IOException {
            file.getFD().sync();
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try (file) {
                file.getFD().sync();
            }
        }
    }
}
