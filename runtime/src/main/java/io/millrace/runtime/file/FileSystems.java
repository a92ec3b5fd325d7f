package io.millrace.runtime.file;

import io.millrace.api.fs.FileSystem;
import io.millrace.api.fs.FileSystemProviders;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * The way from a path to the file system it lies on, for paths that need not be URIs.
 *
 * <p>Threads: any.
 */
public final class FileSystems {
    private FileSystems() {}

    /** The file system of a path, which may be a glob and need not be a valid URI. */
    public static FileSystem of(String path) throws IOException {
        String scheme = scheme(path);
        return FileSystemProviders.serving(scheme, path).open(root(scheme, path));
    }

    /** The file system of a path. */
    public static FileSystem of(URI path) throws IOException {
        return FileSystem.get(path);
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
}
