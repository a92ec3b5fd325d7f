package io.millrace.runtime.file;

import io.millrace.api.fs.FileSystem;
import io.millrace.api.fs.FileSystemProvider;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/**
 * The way from a path to the file system it lies on.
 *
 * <p>Providers are found by {@link ServiceLoader} with the loader that loaded the API, so that a
 * user's jar cannot bring a second copy of one. Of those that serve a scheme the one with the
 * highest rank is taken. A path without a scheme belongs to the default file system: Hadoop's
 * {@code fs.defaultFS} where its provider and a Hadoop configuration are on the class path, the
 * local one otherwise.
 *
 * <p>Threads: any.
 */
public final class FileSystems {
    private FileSystems() {}

    /** The file system of a path, which may be a glob and need not be a valid URI. */
    public static FileSystem of(String path) throws IOException {
        String scheme = scheme(path);
        return provider(scheme, path).open(root(scheme, path));
    }

    /** The file system of a path. */
    public static FileSystem of(URI path) throws IOException {
        return provider(path.getScheme(), path.toString()).open(path);
    }

    /** The path of what lies in a folder; the name is as a user sees it, not encoded. */
    public static URI below(URI folder, String name) {
        String authority = folder.getAuthority();
        String path = folder.getPath();
        try {
            return new URI(
                    folder.getScheme(),
                    // An empty one writes file:/x as file:///x.
                    authority == null && folder.getScheme() != null ? "" : authority,
                    path.endsWith("/") ? path + name : path + "/" + name,
                    null,
                    null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("Not a name below " + folder + ": " + name, e);
        }
    }

    /**
     * Scheme of a path, or null. A colon that follows a slash belongs to a name, as in {@code
     * logs/12:30}.
     */
    static String scheme(String path) {
        int colon = path.indexOf(':');
        int slash = path.indexOf('/');
        return colon <= 0 || (slash >= 0 && slash < colon) ? null : path.substring(0, colon);
    }

    private static FileSystemProvider provider(String scheme, String path)
            throws NoFileSystemException {
        for (FileSystemProvider provider : Found.PROVIDERS) {
            if (provider.serves(scheme)) {
                return provider;
            }
        }
        throw new NoFileSystemException(
                "No file system on the class path serves the scheme '"
                        + scheme
                        + "' of "
                        + path
                        + ": 'file' is built in; 'hdfs' and what else Hadoop's configuration names"
                        + " come with millrace-hdfs-state and a HADOOP_CONF_DIR; others need a jar"
                        + " with a io.millrace.api.fs.FileSystemProvider.");
    }

    /** Scheme and authority alone: enough to find the file system, valid also for a glob. */
    private static URI root(String scheme, String path) throws IOException {
        String authority = null;
        if (scheme != null && path.startsWith("//", scheme.length() + 1)) {
            int from = scheme.length() + 3;
            int to = path.indexOf('/', from);
            authority = path.substring(from, to < 0 ? path.length() : to);
        }
        try {
            return new URI(
                    scheme,
                    authority == null || authority.isEmpty() ? null : authority,
                    "/",
                    null,
                    null);
        } catch (URISyntaxException e) {
            throw new IOException("Not a path: " + path + ": " + e.getMessage(), e);
        }
    }

    /** Loaded at first use; a process does not get new providers while it runs. */
    private static final class Found {
        static final List<FileSystemProvider> PROVIDERS = load();

        private static List<FileSystemProvider> load() {
            List<FileSystemProvider> found = new ArrayList<>();
            ServiceLoader.load(FileSystemProvider.class, FileSystemProvider.class.getClassLoader())
                    .forEach(found::add);
            found.sort(
                    Comparator.comparingInt(FileSystemProvider::rank)
                            .reversed()
                            .thenComparing(p -> p.getClass().getName()));
            return List.copyOf(found);
        }
    }
}
