package io.millrace.testkit.simulation;

import io.millrace.api.fs.FileBlock;
import io.millrace.api.fs.FileStatus;
import io.millrace.api.fs.FileSystem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Files in memory. A call may fail as the simulation likes it, before or after it was done.
 *
 * <p>What was written to a stream is in the file only when the stream has been closed.
 *
 * <p>Threads: one.
 */
public final class SimulatedFileSystem implements FileSystem {
    /** Fails a call now and then. */
    @FunctionalInterface
    public interface Trouble {
        void strike() throws IOException;
    }

    private static final String ROOT = "/";

    private final Trouble trouble;

    /** Content by path; null for a folder. */
    private final NavigableMap<String, byte[]> nodes = new TreeMap<>();

    private long changes;

    public SimulatedFileSystem(Trouble trouble) {
        this.trouble = trouble;
        nodes.put(ROOT, null);
    }

    /** Grows with every change, so that others can keep what they have seen. */
    long changes() {
        return changes;
    }

    /** Lines of a file, without any trouble; null if there is none. */
    List<String> lines(String path) {
        byte[] content = nodes.get(path);
        return content == null
                ? null
                : new String(content, StandardCharsets.UTF_8).lines().toList();
    }

    /** Names in a folder, without any trouble; empty if there is none. */
    List<String> names(String folder) {
        List<String> names = new ArrayList<>();
        for (String path : below(folder)) {
            if (path.indexOf('/', folder.length() + 1) < 0) {
                names.add(path.substring(folder.length() + 1));
            }
        }
        return names;
    }

    private Set<String> below(String folder) {
        return nodes.subMap(folder + "/", folder + "0").keySet();
    }

    private static FileStatus status(URI path, byte[] content) {
        return new FileStatus(path, content == null, content == null ? 0 : content.length, 0);
    }

    @Override
    public FileStatus status(URI path) throws IOException {
        trouble.strike();
        return status(path, existing(path));
    }

    private byte[] existing(URI path) throws FileNotFoundException {
        if (!nodes.containsKey(path.getPath())) {
            throw new FileNotFoundException(path.toString());
        }
        return nodes.get(path.getPath());
    }

    @Override
    public List<FileStatus> list(URI path) throws IOException {
        FileStatus status = status(path);
        if (!status.folder()) {
            return List.of(status);
        }
        List<FileStatus> found = new ArrayList<>();
        for (String name : names(path.getPath())) {
            URI child = path.resolve(path.getPath() + "/" + name);
            found.add(status(child, nodes.get(child.getPath())));
        }
        return found;
    }

    @Override
    public List<FileStatus> glob(String pattern) {
        throw new UnsupportedOperationException("A simulated job reads no files: " + pattern);
    }

    @Override
    public List<FileBlock> blocks(FileStatus file) {
        return List.of(new FileBlock(0, file.length(), List.of()));
    }

    @Override
    public InputStream open(URI path, long offset) throws IOException {
        trouble.strike();
        byte[] content = existing(path);
        if (content == null) {
            throw new FileNotFoundException(path + " is a folder");
        }
        return new ByteArrayInputStream(
                Arrays.copyOfRange(content, Math.toIntExact(offset), content.length));
    }

    @Override
    public OutputStream create(URI path, boolean overwrite) throws IOException {
        trouble.strike();
        String file = path.getPath();
        if (nodes.containsKey(file) && (!overwrite || nodes.get(file) == null)) {
            throw new FileAlreadyExistsException(path.toString());
        }
        makeFolders(path.resolve(file.substring(0, file.lastIndexOf('/'))));
        put(file, new byte[0]);
        return new ByteArrayOutputStream() {
            @Override
            public void close() throws IOException {
                trouble.strike();
                if (nodes.containsKey(file)) {
                    put(file, toByteArray());
                }
                trouble.strike();
            }
        };
    }

    @Override
    public void makeFolders(URI path) throws IOException {
        String folder = path.getPath();
        for (int end = folder.indexOf('/', 1); ; end = folder.indexOf('/', end + 1)) {
            String next = end < 0 ? folder : folder.substring(0, end);
            if (nodes.get(next) != null) {
                throw new NotDirectoryException(next);
            }
            put(next, null);
            if (end < 0) {
                return;
            }
        }
    }

    private void put(String path, byte[] content) {
        nodes.put(path, content);
        changes++;
    }

    @Override
    public void rename(URI from, URI to) throws IOException {
        trouble.strike();
        String source = from.getPath();
        String target = to.getPath();
        existing(from);
        existing(to.resolve(target.substring(0, target.lastIndexOf('/'))));
        if (nodes.containsKey(target)) {
            throw new FileAlreadyExistsException(to.toString());
        }
        for (String path : List.copyOf(below(source))) {
            put(target + path.substring(source.length()), nodes.remove(path));
        }
        put(target, nodes.remove(source));
        trouble.strike();
    }

    @Override
    public boolean delete(URI path) throws IOException {
        trouble.strike();
        below(path.getPath()).clear();
        boolean there = nodes.containsKey(path.getPath());
        nodes.remove(path.getPath());
        changes++;
        trouble.strike();
        return there;
    }

    @Override
    public boolean deleteEmptyFolder(URI path) throws IOException {
        String folder = path.getPath();
        boolean emptyFolder =
                nodes.containsKey(folder) && nodes.get(folder) == null && below(folder).isEmpty();
        return emptyFolder && delete(path);
    }

    @Override
    public URI qualify(String path) {
        return URI.create(path);
    }
}
